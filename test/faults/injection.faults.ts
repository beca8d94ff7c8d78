import {expect} from 'chai'
import {linkSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {parse} from '../../src/credentials/schema.js'
import {credentialPath, CREDENTIALS, filesWith, homeWith, makeHome, OTHER_TOKEN, TOKEN} from '../support/home.js'
import {nno, type Outcome} from '../support/nno.js'
import {breach, count} from './figures.js'
import {type Call, inject, internetSockets, traceCalls} from './strace.js'
import {forEachOf, requireRootAnd} from './tools.js'

/** What each call can be made to fail with. */
const ERRNOS: Record<string, string[]> = {
  chmod: ['EPERM', 'EIO'],
  close: ['EIO', 'EDQUOT'],
  fchmod: ['EPERM', 'EIO'],
  fsync: ['EIO', 'ENOSPC', 'EDQUOT'],
  ftruncate: ['EIO', 'EPERM'],
  getdents64: ['EIO'],
  mkdir: ['EACCES', 'ENOSPC', 'EDQUOT', 'EROFS'],
  newfstatat: ['EIO', 'EACCES'],
  openat: ['EACCES', 'EIO', 'EMFILE', 'ENOSPC', 'EDQUOT', 'EROFS'],
  pread64: ['EIO'],
  pwrite64: ['EIO', 'ENOSPC', 'EDQUOT'],
  readlink: ['EACCES', 'EIO'],
  rename: ['EACCES', 'EIO', 'ENOSPC', 'EDQUOT', 'EROFS'],
  statx: ['EIO', 'EACCES'],
  unlink: ['EACCES', 'EIO'],
}

const LOGIN = ['login', '--token', OTHER_TOKEN, '--offline']
const LOGOUT = ['logout']
const WHOAMI = ['whoami', '--offline']

function linked(home: string): string {
  mkdirSync(join(home, 'dotfiles'))
  renameSync(credentialPath(home), join(home, 'dotfiles', 'c.json'))
  symlinkSync('../dotfiles/c.json', credentialPath(home))
  return home
}

function hardLinked(home: string): string {
  linkSync(credentialPath(home), join(home, 'hard-link'))
  return home
}

function withAbandonedTemp(home: string): string {
  writeFileSync(join(home, '.nno', `.credentials.json.${2 ** 22 + 1}.abc.tmp`), TOKEN, {mode: 0o600})
  return home
}

/** A command, and the home that it meets. */
type Scenario = {args: string[]; makeHome: () => string}

const SCENARIOS: Record<string, Scenario> = {
  'a first login': {args: LOGIN, makeHome},
  'a login over a login': {args: LOGIN, makeHome: () => withAbandonedTemp(homeWith(CREDENTIALS))},
  'a login through a link': {args: LOGIN, makeHome: () => linked(homeWith(CREDENTIALS))},
  'a logout': {args: LOGOUT, makeHome: () => hardLinked(homeWith(CREDENTIALS))},
  'a logout after a killed login': {args: LOGOUT, makeHome: () => withAbandonedTemp(homeWith(CREDENTIALS))},
  'a logout through a link': {args: LOGOUT, makeHome: () => linked(homeWith(CREDENTIALS))},
  'a whoami': {args: WHOAMI, makeHome: () => homeWith(CREDENTIALS)},
}

function contentOf(home: string): Buffer | undefined {
  try {
    return readFileSync(credentialPath(home))
  } catch {
    return undefined
  }
}

/** The state that the file is in: what it was, the new login, logged out, or something that nobody promised. */
function stateOf(before: Buffer | undefined, after: Buffer | undefined): 'empty' | 'new' | 'old' | 'torn' {
  if (before && after ? before.equals(after) : before === after) return 'old'
  const verdict = parse(after ?? Buffer.alloc(0))
  if (verdict.state === 'empty') return 'empty'
  return verdict.state === 'found' && verdict.credentials.token === OTHER_TOKEN ? 'new' : 'torn'
}

/** A fault that must not end in success: the disk did not take what nno wrote to it. */
function isFatal({isExtra, name}: Call, errno: string): boolean {
  return errno === 'EIO' && ['fsync', 'ftruncate', 'pwrite64', 'rename'].includes(name) && !isExtra
}

/** One run of nno that met a fault, and what the credential file held before it. */
type Attempt = {args: string[]; before: Buffer | undefined; call: Call; errno: string; home: string; outcome: Outcome}

/** Checks what nno promises of it. */
function judge({args, before, call, errno, home, outcome}: Attempt): void {
  const {exit, stderr, stdout} = outcome
  const state = stateOf(before, contentOf(home))
  const [command] = args
  const success = {login: 'new', logout: 'empty', whoami: 'old'}[command!]
  if (/^ {4}at /m.test(stderr)) breach(`a stack trace:\n${stderr}`)
  if (exit === 0) {
    if (isFatal(call, errno)) breach('exit 0 after an I/O error')
    if (state !== success) breach(`exit 0, but the file is ${state}`)
    if (!/^[✔ℹ] .+\n/.test(stdout)) breach('exit 0, but nothing is said')
    if (command === 'logout' && filesWith(TOKEN, home).length > 0)
      breach(`exit 0, and a token in ${filesWith(TOKEN, home)}`)
    return
  }

  if (exit !== 6) breach(`exit code ${exit}:\n${stderr}`)
  if (stdout !== '') breach(`a failure, but stdout says ${stdout}`)
  if (!/^✖ .+\.\n {2}\S.+\n$/.test(stderr)) breach(`an error without a sentence and a next step:\n${stderr}`)
  if (!stderr.includes(`${errno}: `)) breach(`an error that does not name ${errno}:\n${stderr}`)
  const said = /It is saved, but/.test(stderr)
    ? 'new'
    : /It is cleared, but|itself holds no token/.test(stderr)
      ? 'empty'
      : 'old'
  if (state !== said) breach(`the file is ${state}, but the error says:\n${stderr}`)
}

/** After a kill the file is in a promised state, and the next logout leaves no token at all. */
async function judgeKilled(args: string[], home: string, before: Buffer | undefined): Promise<void> {
  const state = stateOf(before, contentOf(home))
  const promised = {login: ['old', 'new'], logout: ['old', 'empty'], whoami: ['old']}[args[0]!]!
  if (!promised.includes(state)) breach(`killed, and the file is ${state}`)
  const {exit, stderr} = await nno(LOGOUT, {home})
  if (exit !== 0) breach(`the logout after a kill failed:\n${stderr}`)
  const left = [...filesWith(TOKEN, home), ...filesWith(OTHER_TOKEN, home)]
  if (left.length > 0) breach(`after a kill and a logout there is a token in ${left}`)
}

describe('every system call fails in turn', function () {
  this.timeout(300_000)

  before(() => requireRootAnd('strace'))

  for (const [name, scenario] of Object.entries(SCENARIOS)) {
    it(name, async () => {
      const calls = await traceCalls(scenario.args, scenario.makeHome())
      expect(calls).to.have.length.of.at.least(5)
      const attempts = calls.flatMap(({name}, index) => {
        const errnos = ERRNOS[name]
        if (!errnos) throw new Error(`no errno is listed for ${name}`)
        return [...errnos.map((errno) => ({fault: `error=${errno}`, index})), {fault: 'signal=SIGKILL', index}]
      })
      await forEachOf(attempts, 3, async ({fault, index}) => attempt(scenario, calls, index, fault))
    })
  }

  /** Makes one of the calls fail, in a home of its own. */
  async function attempt(scenario: Scenario, traced: Call[], index: number, fault: string): Promise<void> {
    const {args} = scenario
    let calls = traced
    for (let attempts = 0; attempts < 8; attempts++) {
      const call = calls[index]!
      const home = scenario.makeHome()
      const before = contentOf(home)
      const outcome = await inject(args, home, call, fault)
      if (!outcome) {
        // Node opened a file more or less this time, or when it was traced: it is counted again.
        const again = await traceCalls(args, scenario.makeHome())
        if (again.length === traced.length) calls = again
        continue
      }

      try {
        if (outcome.signal === 'SIGKILL') {
          count('kills')
          await judgeKilled(args, home, before)
        } else {
          count('faults injected')
          judge({args, before, call, errno: fault.replace('error=', ''), home, outcome})
        }
      } catch (error) {
        throw new Error(`${fault} at ${call.line}`, {cause: error})
      }

      return
    }

    throw new Error(`this call could not be hit: ${traced[index]!.line}`)
  }
})

describe('a fault with --json', function () {
  this.timeout(60_000)

  before(() => requireRootAnd('strace'))

  for (const [errno, name, outcome] of [
    ['EIO', 'fsync', 'It is cleared, but'],
    ['EIO', 'ftruncate', 'It is cleared, but'],
    ['EDQUOT', 'fsync', 'It is cleared, but'],
  ] as const) {
    it(`${errno} at ${name} is one document, with exit code 6`, async () => {
      const args = ['logout', '--json']
      const calls = await traceCalls(args, homeWith(CREDENTIALS))
      const home = homeWith(CREDENTIALS)
      const result = await inject(
        args,
        home,
        calls.find((call) => call.name === name)!,
        `error=${errno}`,
      )
      count('faults injected')
      expect(result).to.include({exit: 6, stderr: ''})
      const {error} = JSON.parse(result!.stdout)
      expect(error).to.include({code: 'credential_file', exitCode: 6})
      expect(error.message).to.include(`${errno}: `).and.to.include(credentialPath(home)).and.to.include(outcome)
      expect(error.suggestions).to.have.length(1)
    })
  }
})

describe('the order of the steps', function () {
  this.timeout(60_000)

  before(() => requireRootAnd('strace'))

  /** The calls that change a file, or wait for the disk, in order. */
  async function changes(args: string[], home: string): Promise<string[]> {
    const calls = await traceCalls(args, home)
    return calls
      .filter(
        ({line, name}) =>
          !/^(statx|readlink|newfstatat|pread64|getdents64|close)$/.test(name) && !/O_RDONLY/.test(line),
      )
      .filter(({line}) => !/ = -1 /.test(line))
      .map(({line, name}) => {
        const [, path = ''] = new RegExp(`${home}([^">]*)`).exec(line) ?? []
        const file =
          path.replace(/\.credentials\.json\.\d+\.\w+\.tmp/, 'TEMP') + (line.includes('(deleted)') ? ' (old)' : '')
        return `${name} ~${file}`
      })
  }

  it('of a first login ends on disk, the folder and the home included', async () => {
    expect(await changes(LOGIN, makeHome())).to.deep.equal([
      'mkdir ~/.nno',
      'fchmod ~/.nno',
      'fsync ~',
      'openat ~/.nno/TEMP',
      'fchmod ~/.nno/TEMP',
      'pwrite64 ~/.nno/TEMP',
      'fsync ~/.nno/TEMP',
      'rename ~/.nno/TEMP',
      'fsync ~/.nno',
    ])
  })

  it('of a login over a login ends with the old file blank', async () => {
    expect(await changes(LOGIN, homeWith(CREDENTIALS))).to.deep.equal([
      'openat ~/.nno/TEMP',
      'fchmod ~/.nno/TEMP',
      'pwrite64 ~/.nno/TEMP',
      'fsync ~/.nno/TEMP',
      'openat ~/.nno/credentials.json',
      'rename ~/.nno/TEMP',
      'fsync ~/.nno',
      'pwrite64 ~/.nno/credentials.json (old)',
      'fsync ~/.nno/credentials.json (old)',
      'ftruncate ~/.nno/credentials.json (old)',
      'fsync ~/.nno/credentials.json (old)',
    ])
  })

  it('of a logout overwrites before it cuts, and then erases temporary files', async () => {
    expect(await changes(LOGOUT, withAbandonedTemp(homeWith(CREDENTIALS)))).to.deep.equal([
      'openat ~/.nno/credentials.json',
      'pwrite64 ~/.nno/credentials.json',
      'fsync ~/.nno/credentials.json',
      'ftruncate ~/.nno/credentials.json',
      'fsync ~/.nno/credentials.json',
      'openat ~/.nno/TEMP',
      'unlink ~/.nno/TEMP',
      'pwrite64 ~/.nno/TEMP (old)',
      'fsync ~/.nno/TEMP (old)',
      'ftruncate ~/.nno/TEMP (old)',
      'fsync ~/.nno/TEMP (old)',
      'fsync ~/.nno',
    ])
  })

  it('of a logout with nobody logged in changes nothing', async () => {
    expect(await changes(LOGOUT, homeWith('{}'))).to.deep.equal([])
    expect(await changes(LOGOUT, makeHome())).to.deep.equal([])
  })

  it('of a whoami changes nothing', async () => {
    expect(await changes(WHOAMI, homeWith(CREDENTIALS))).to.deep.equal([])
  })
})

describe('the network', function () {
  this.timeout(60_000)

  before(() => requireRootAnd('strace'))

  for (const args of [LOGOUT, LOGIN, WHOAMI, ['token'], ['help']]) {
    it(`is not touched by nno ${args[0]}`, async () => {
      expect(await internetSockets(args, homeWith(CREDENTIALS))).to.deep.equal([])
    })
  }
})
