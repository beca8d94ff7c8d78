import {expect} from 'chai'
import {execFileSync} from 'node:child_process'

import {CREDENTIALS, homeWith} from '../support/home.js'
import {NNO} from '../support/nno.js'
import {requireRootAnd} from './tools.js'

/** Reads slowly from a pipe that is full before, and refuses to wait: what `nno` writes must go through all the same. */
const SLOW_READER = `
import os, subprocess, sys, time
reading, writing = os.pipe()
os.set_blocking(writing, False)
filled = 0
try:
    while True: filled += os.write(writing, b"x" * 4096)
except BlockingIOError: pass
child = subprocess.Popen(sys.argv[1:], stdout=writing, stdin=subprocess.DEVNULL)
os.set_blocking(writing, False)
os.close(writing)
time.sleep(1)
seen = b""
while chunk := os.read(reading, 65536): seen += chunk
sys.stdout.buffer.write(seen[filled:])
sys.exit(child.wait())
`

describe('a pipe that is full', function () {
  this.timeout(60_000)

  before(() => requireRootAnd('python3'))

  it('takes every byte when there is room again', () => {
    const email = `${'a'.repeat(30_000)}@acme.com`
    const home = homeWith({...CREDENTIALS, email})
    const stdout = execFileSync('python3', ['-c', SLOW_READER, process.execPath, NNO, 'whoami', '--offline'], {
      encoding: 'utf8',
      env: {HOME: home, PATH: process.env.PATH},
      maxBuffer: 1e7,
    })
    expect(stdout.split('\n')).to.deep.equal([
      `ℹ Authenticated as ${email} [unverified]`,
      `ℹ Platform: ${CREDENTIALS.platformId} [unverified]`,
      `ℹ Role: ${CREDENTIALS.role} [unverified]`,
      '',
    ])
  })
})
