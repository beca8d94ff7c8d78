import {expect} from 'chai'
import * as fc from 'fast-check'

import Login from '../../src/commands/login.js'
import Logout from '../../src/commands/logout.js'
import Token from '../../src/commands/token.js'
import Whoami from '../../src/commands/whoami.js'
import {FileCredentialStore} from '../../src/credentials/file-store.js'
import {parse} from '../../src/credentials/schema.js'
import {CREDENTIALS, homeWith, makeHome, readFile} from '../support/home.js'
import {MemoryCredentialStore} from '../support/memory-store.js'
import {nno} from '../support/nno.js'
import {fakeServices, runWith} from '../support/run.js'
import {breach, count} from './figures.js'
import {forEachOf} from './tools.js'

const RUNS: Array<[command: typeof Logout | typeof Whoami, argv: string[]]> = [
  [Whoami, ['--offline']],
  [Whoami, ['--offline', '--json']],
  [Logout, ['--json']],
]

/** Marks the tokens in these files, to be found again wherever one is shown. */
const MARK = 'nno-test-token'
const VALID = Buffer.from(JSON.stringify(CREDENTIALS))
const NASTY = [
  '\u001B[2J',
  '\u009B31m',
  '\u202E',
  '\u200B',
  '\u2028',
  '\0',
  '\n',
  '\r',
  '"',
  '\\',
  '__proto__',
  '\uD800',
]

const nasty = fc
  .array(fc.oneof(fc.constantFrom(...NASTY), fc.string({unit: 'binary'})), {maxLength: 6})
  .map((parts) => parts.join(''))
const field = fc.oneof(nasty, fc.jsonValue() as fc.Arbitrary<unknown>, fc.constant(null))

/** What a credential file may hold: noise, JSON, and credentials with something wrong about them. */
const content: fc.Arbitrary<Buffer> = fc.oneof(
  fc.uint8Array({maxLength: 300}).map((bytes) => Buffer.from(bytes)),
  fc.json().map((text) => Buffer.from(text)),
  fc.nat(VALID.length).map((length) => VALID.subarray(0, length)),
  fc.tuple(fc.nat(VALID.length - 1), fc.nat(255)).map(([index, byte]) => {
    const bytes = Buffer.from(VALID)
    bytes[index] = byte
    return bytes
  }),
  fc
    .record(
      {email: field, expiresAt: field, iamUrl: field, platformId: field, refreshToken: field, role: field},
      {requiredKeys: []},
    )
    .map((fields) => Buffer.from(JSON.stringify({...CREDENTIALS, ...fields}))),
  fc.tuple(nasty, nasty).map(([email, role]) => Buffer.from(JSON.stringify({...CREDENTIALS, email, role}))),
  fc.constantFrom('{}', '').chain((start) => nasty.map((rest) => Buffer.from(`${start}${rest}${MARK}`))),
)

/** What no output may hold: a token, a control character, a stack trace. */
function requireClean(what: string, output: string): void {
  if (output.includes(MARK)) breach(`${what} shows a token`)
  // eslint-disable-next-line no-control-regex -- control characters are what it looks for
  if (/[\0-\t\u000B-\u001F\u007F-\u009F\u200B-\u200F\u2028-\u202E\u2066-\u2069\uFEFF]/.test(output)) {
    breach(`${what} shows a control character: ${JSON.stringify(output)}`)
  }

  if (/^ {4}at /m.test(output)) breach(`${what} shows a stack trace`)
}

describe('any bytes in the file', function () {
  this.timeout(240_000)

  it('get a verdict, and crash no command', async () => {
    await fc.assert(
      fc.asyncProperty(content, async (bytes) => {
        count('cases')
        const verdict = parse(bytes)
        const stored = verdict.state === 'found' ? verdict.credentials : verdict.state === 'empty' ? undefined : verdict
        for (const [CommandUnderTest, argv] of RUNS) {
          const services = fakeServices({credentials: new MemoryCredentialStore(stored)})
          const {error, stderr, stdout} = await runWith(CommandUnderTest, argv, services)
          const {exitCode = 0, message = ''} = (error ?? {}) as {exitCode?: number; message?: string}
          if (![0, 6].includes(exitCode)) breach(`exit code ${exitCode}: ${message}`)
          requireClean(`${CommandUnderTest.name} ${argv.join(' ')}`, stdout + stderr + message)
          if (argv.includes('--json') && !error) JSON.parse(stdout)
        }

        const {error} = await runWith(Token, [], fakeServices({credentials: new MemoryCredentialStore(stored)}))
        if (error) requireClean('Token', error.message)
      }),
      {numRuns: 3000},
    )
  })

  it('are read and cleared on a real disk', async () => {
    await forEachOf(fc.sample(content, 10_000), 200, async (bytes) => {
      count('cases')
      const home = homeWith(bytes)
      const store = new FileCredentialStore(() => home)
      const reading = await store.readCredentials()
      if (reading.state === 'broken') requireClean('a reason', reading.reason)
      const {previous} = await store.clearCredentials()
      const after = readFile(home)
      if (previous ? after !== '{}' : after !== bytes.toString()) breach(`after a logout the file holds ${after}`)
      if ((await store.readCredentials()).state !== 'empty') breach('after a logout somebody is logged in')
    })
  })

  it('trouble no process', async () => {
    await forEachOf(fc.sample(content, 60), 3, async (bytes) => {
      const home = homeWith(bytes)
      for (const args of [
        ['whoami', '--offline'],
        ['whoami', '--offline', '--json'],
        ['token'],
        ['logout', '--json'],
      ]) {
        count('cases')
        const {exit, signal, stderr, stdout} = await nno(args, {home, mayShowToken: true, wrapper: ['timeout', '10']})
        if (signal || ![0, 3, 6].includes(exit!)) breach(`nno ${args.join(' ')} ended with ${signal ?? exit}`)
        requireClean(args.join(' '), args[0] === 'token' ? stderr : stdout + stderr)
        if (args.includes('--json')) JSON.parse(stdout)
      }
    })
  })
})

describe('any text as a token', function () {
  this.timeout(120_000)

  it('is stored as it is, or refused without echo', async () => {
    const text = fc.oneof(fc.string({unit: 'binary'}), nasty, fc.string({maxLength: 9000, minLength: 8000}))
    await fc.assert(
      fc.asyncProperty(text, async (tail) => {
        count('cases')
        const token = `${MARK}${tail}`
        const home = makeHome()
        const credentials = new FileCredentialStore(() => home)
        const {error, stderr, stdout} = await runWith(
          Login,
          ['--offline', '--token', token],
          fakeServices({credentials}),
        )
        const reading = await credentials.readCredentials()
        if (error) {
          expect(error).to.include({exitCode: 2})
          expect(reading.state).to.equal('empty')
        } else {
          expect(reading).to.have.nested.property('credentials.token', token)
        }

        requireClean('a login', stdout + stderr + (error?.message ?? ''))
      }),
      {numRuns: 1500},
    )
  })
})
