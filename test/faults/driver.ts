import {closeSync, openSync, readSync} from 'node:fs'

import {FileCredentialStore} from '../../src/credentials/file-store.js'
import {parse} from '../../src/credentials/schema.js'
import {credentialPath, CREDENTIALS, OTHER_TOKEN} from '../support/home.js'

/**
 * A process that works on a credential file without a pause, to be killed or raced: bundled by
 * the tests, so that it starts as quickly as nno. `work` logs in and out in turn; `read` looks at
 * the file as nno does, and says at SIGTERM how often and what it saw.
 */
const [mode, home] = process.argv.slice(2) as ['read' | 'work', string]
const store = new FileCredentialStore(() => home)

async function work(): Promise<never> {
  process.stdout.write('ready\n')
  for (;;) {
    await patiently(async () => store.writeCredentials(CREDENTIALS))
    await patiently(async () => store.writeCredentials({...CREDENTIALS, token: OTHER_TOKEN}))
    await patiently(async () => store.clearCredentials())
  }
}

/** Two such processes can outrun each other five times in a row; the store then says so, and nothing is lost. */
async function patiently(action: () => Promise<unknown>): Promise<void> {
  try {
    await action()
  } catch (error) {
    if (!(error as Error).message.startsWith('Other processes keep')) throw error
  }
}

function read(): void {
  const seen = {broken: 0, empty: 0, found: 0, missing: 0}
  const bytes = Buffer.alloc(65_536)
  const lookOnce = (): keyof typeof seen => {
    try {
      const fd = openSync(credentialPath(home), 'r')
      const {state} = parse(bytes.subarray(0, readSync(fd, bytes)))
      closeSync(fd)
      return state
    } catch {
      return 'missing'
    }
  }

  const look = () => {
    for (let round = 0; round < 100; round++) {
      let state = lookOnce()
      // A read can overlap with the write of a logout: like nno, the reader looks again.
      for (let again = 1; again < 5 && state === 'broken'; again++) state = lookOnce()
      seen[state]++
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
