import {closeSync, openSync, readSync} from 'node:fs'

import {FileCredentialStore} from '../../src/credentials/file-store.js'
import {parse} from '../../src/credentials/schema.js'
import {credentialPath, CREDENTIALS, OTHER_TOKEN} from '../support/home.js'

/**
 * A process that works on a credential file without a pause, to be killed or raced: bundled by
 * the tests, so that it starts as quickly as nno. `work` logs in and out in turn; `read` looks at
 * the file through one open and one read, and says at SIGTERM how often and what it saw.
 */
const [mode, home] = process.argv.slice(2) as ['read' | 'work', string]
const store = new FileCredentialStore(() => home)

async function work(): Promise<never> {
  process.stdout.write('ready\n')
  for (;;) {
    await store.writeCredentials(CREDENTIALS)
    await store.writeCredentials({...CREDENTIALS, token: OTHER_TOKEN})
    await store.clearCredentials()
  }
}

function read(): void {
  const seen = {broken: 0, empty: 0, found: 0, missing: 0}
  const bytes = Buffer.alloc(65_536)
  const look = () => {
    for (let round = 0; round < 100; round++) {
      try {
        const fd = openSync(credentialPath(home), 'r')
        seen[parse(bytes.subarray(0, readSync(fd, bytes))).state]++
        closeSync(fd)
      } catch {
        seen.missing++
      }
    }

    setImmediate(look)
  }

  process.on('SIGTERM', () => {
    process.stdout.write(JSON.stringify(seen))
    // eslint-disable-next-line n/no-process-exit -- the loop has no other end
    process.exit(0)
  })
  process.stdout.write('ready\n')
  look()
}

if (mode === 'work') await work()
else read()
