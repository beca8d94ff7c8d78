import {expect} from 'chai'
import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {chmodSync, existsSync, readFileSync} from 'node:fs'
import {join} from 'node:path'

import {credentialPath, CREDENTIALS, homeWith, makeHome, modeOf, OTHER_TOKEN, readFile, TOKEN} from '../support/home.js'
import {NNO, nno, ROOT, shell, terminal} from '../support/nno.js'
import {withoutRootsPrivileges} from '../support/privileges.js'

const {version} = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
const isWindows = process.platform === 'win32'

describe('a first day with nno', () => {
  it('logs in, shows who that is, prints the token, logs out, and says so', async () => {
    const home = makeHome()
    const run = async (...args: string[]) => {
      const {exit, stderr, stdout} = await nno(args, {home, mayShowToken: args[0] === 'token'})
      return [exit, stdout, stderr]
    }

    expect(await run('login', '--token', TOKEN, '--offline')).to.deep.equal([0, '✔ Authenticated via token\n', ''])
    const {expiresAt, ...stored} = JSON.parse(readFile(home))
    expect(stored).to.deep.equal({
      email: 'ci-user',
      iamUrl: 'https://iam.svc.nno.app',
      platformId: null,
      refreshToken: null,
      role: null,
      token: TOKEN,
    })
    expect(expiresAt).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    expect(Date.parse(expiresAt) - Date.now()).to.be.within(29.9 * 86_400_000, 30 * 86_400_000)
    if (!isWindows) {
      expect([modeOf(credentialPath(home)), modeOf(join(home, '.nno'))]).to.deep.equal(['600', '700'])
    }

    expect(await run('whoami', '--offline')).to.deep.equal([0, 'ℹ Authenticated as ci-user [unverified]\n', ''])
    expect(await run('token')).to.deep.equal([0, `${TOKEN}\n`, ''])
    expect(await run('logout')).to.deep.equal([0, '✔ Logged out successfully\n', ''])
    expect(readFile(home)).to.equal('{}')
    expect(await run('logout')).to.deep.equal([0, 'ℹ Not currently logged in\n', ''])
    expect(await run('whoami')).to.deep.equal([3, 'ℹ Not authenticated. Run: nno login\n', ''])
    // The empty payload that logout leaves must not stop anything.
    expect(await run('login', '--token', OTHER_TOKEN, '--offline')).to.deep.equal([
      0,
      '✔ Authenticated via token\n',
      '',
    ])
    expect(JSON.parse(readFile(home))).to.include({token: OTHER_TOKEN})
  })
})

describe('exit codes, as text and with --json', () => {
  type Case = [what: string, args: string[], exit: number, code: string, message: RegExp]
  const cases: Case[] = [
    ['an unknown command', ['logut'], 2, 'usage', /^Unknown command "logut"\.$/],
    ['an unknown command that may be a token', [TOKEN], 2, 'usage', /^Unknown command\.$/],
    ['an unknown flag', ['logout', '--jsn'], 2, 'usage', /^Unknown flag --jsn\.$/],
    ['an unknown flag of nothing', ['--bogus'], 2, 'usage', /^Unknown flag\.$/],
    ['a mistyped flag with a token', ['login', '--tokne', TOKEN], 2, 'usage', /^Unknown flag --tokne\.$/],
    ['a mistyped flag = a token', ['login', `--tokne=${TOKEN}`], 2, 'usage', /^Unknown flag --tokne\.$/],
    ['a token as a flag', ['login', `--${TOKEN}`], 2, 'usage', /^Unknown flag\.$/],
    ['a token as an argument', ['login', TOKEN], 2, 'usage', /^`nno login` takes no arguments\.$/],
    ['a token after --', ['login', '--offline', '--', TOKEN], 2, 'usage', /^`nno login` takes no arguments\.$/],
    ['a stray argument', ['logout', 'everywhere'], 2, 'usage', /^`nno logout` takes no arguments\.$/],
    ['a flag without its value', ['login', '--token'], 2, 'usage', /^Flag --token expects a value\.$/],
    ['an empty token', ['login', '--token', ''], 2, 'usage', /^The token is empty\.$/],
    ['a token in two lines', ['login', '--token', `${TOKEN}\n${TOKEN}`], 2, 'usage', /^The token holds white space/],
    ['--offline alone', ['login', '--offline'], 2, 'usage', /^--offline needs --token\.$/],
    ['no token', ['login'], 2, 'usage', /^There is no terminal to log in from, and no --token\.$/],
    ['help for an unknown command', ['help', 'logut'], 2, 'usage', /^Unknown command "logut"\.$/],
    ['no shell', ['completion'], 2, 'usage', /^An argument is missing\.$/],
    ['an unknown shell', ['completion', 'pash'], 2, 'usage', /^Expected one of: bash, fish, zsh\.$/],
    ['no login to take a token from', ['token'], 3, 'not_logged_in', /^Not logged in\.$/],
  ]
  for (const [what, args, exit, code, message] of cases) {
    it(`${what}: ${exit}`, async () => {
      const home = makeHome()
      const {stderr, stdout, ...ended} = await nno(args, {env: {DEBUG: '*', NNO_DEBUG: '1'}, home})
      expect(ended).to.deep.equal({exit, signal: null})
      expect(stdout).to.equal('')
      expect(stderr).to.match(/^✖ .+\n( {2}.+\n)+$/)
      expect(stderr.split('\n')[0]!.slice(2)).to.match(message)
      expect(existsSync(join(home, '.nno'))).to.equal(false)
    })

    // These have no --json: there it is itself the mistake.
    const itself = ['completion', 'help', 'token'].includes(args[0]!)
    const expected = itself ? {code: 'usage', exitCode: 2} : {code, exitCode: exit}
    const withJson = args.includes('--') ? ['login', '--json', ...args.slice(1)] : [...args, '--json']
    it(`${what}, with --json: ${expected.exitCode}`, async () => {
      const home = makeHome()
      const {stderr, stdout, ...ended} = await nno(withJson, {home})
      expect(ended).to.deep.equal({exit: expected.exitCode, signal: null})
      expect(stderr).to.equal('')
      const document = JSON.parse(stdout)
      expect(document).to.have.all.keys('error')
      expect(document.error).to.have.all.keys('code', 'exitCode', 'message', 'suggestions')
      expect(document.error).to.include(expected)
      if (!itself) expect(document.error.message).to.match(message)
      expect(existsSync(join(home, '.nno'))).to.equal(false)
    })
  }

  for (const args of [['whoami'], ['whoami', '--offline'], ['token']]) {
    for (const content of [`{"token":"${TOKEN}",}`, `"${TOKEN}"`, '[]', '{"token":""}', '\0\u001B[31m']) {
      it(`nno ${args.join(' ')} on a file with ${JSON.stringify(content)}: 6`, async () => {
        const home = homeWith(content)
        const {exit, stderr, stdout} = await nno(args, {home})
        expect({exit, stdout}).to.deep.equal({exit: 6, stdout: ''})
        expect(stderr).to.match(
          /^✖ The credential file \S+credentials\.json is not valid: .+\.\n {2}Clear it with `nno logout`, or replace it with `nno login`\.\n$/,
        )
        expect(readFile(home)).to.equal(content)
      })
    }
  }

  it('nno whoami --json on a broken file: 6', async () => {
    const {exit, stdout} = await nno(['whoami', '--json'], {home: homeWith('{')})
    expect(exit).to.equal(6)
    expect(JSON.parse(stdout).error).to.include({code: 'credential_file_broken', exitCode: 6})
  })

  it('nno whoami --json with nobody logged in: 3, and a document of its own', async () => {
    const {exit, stderr, stdout} = await nno(['whoami', '--json'], {home: makeHome()})
    expect({exit, stderr}).to.deep.equal({exit: 3, stderr: ''})
    expect(JSON.parse(stdout)).to.include({authenticated: false, reason: 'not_logged_in', verified: false})
  })

  for (const json of [false, true]) {
    it(`a home that does not exist: 6${json ? ', with --json' : ''}`, async () => {
      const home = join(makeHome(), 'missing')
      for (const args of [['login', '--token', TOKEN, '--offline'], ['logout'], ['whoami']]) {
        const {exit, stderr, stdout} = await nno(json ? [...args, '--json'] : args, {home})
        expect(exit).to.equal(6)
        expect(json ? JSON.parse(stdout).error.message : stderr).to.include(`${home} does not exist`)
      }

      expect(existsSync(home)).to.equal(false)
    })

    if (!isWindows) {
      it(`a home that cannot be written to on login: 6${json ? ', with --json' : ''}`, async () => {
        const home = makeHome()
        chmodSync(home, 0o500)
        const args = ['login', '--token', TOKEN, '--offline', ...(json ? ['--json'] : [])]
        const {exit, stderr, stdout} = await nno(args, {home, wrapper: withoutRootsPrivileges()})
        chmodSync(home, 0o700)
        expect(exit).to.equal(6)
        expect(json ? JSON.parse(stdout).error.message : stderr).to.match(
          /EACCES: permission denied, mkdir\. It is unchanged\./,
        )
      })
    }
  }

  if (isWindows) return

  it('output that cannot be written: the exit code is still that of the command', async () => {
    if (process.platform !== 'linux') return
    const scripts = {'nno logut --json': 2, 'nno whoami --json': 3, 'nno whoami --offline': 3}
    for (const [script, expected] of Object.entries(scripts)) {
      const {exit, stderr} = await shell(`${script} > /dev/full`, {home: makeHome()})
      expect(exit, script).to.equal(expected)
      expect(stderr).to.match(/^✖ The output could not be written \(ENOSPC\)\. .*\n {2}.*\n$/)
    }
  })

  it('more arguments than anybody types: 2, at once', async () => {
    const {exit, stderr} = await nno(['login', ...Array.from({length: 20_000}, String)], {home: makeHome()})
    expect({exit, stderr}).to.deep.equal({exit: 2, stderr: '✖ There are too many arguments.\n  See `nno help`.\n'})
  })

  it('a folder that was deleted: no matter', async () => {
    const {stderr, stdout} = await shell(
      'mkdir "$HOME/gone" && cd "$HOME/gone" && rmdir "$HOME/gone" && nno whoami; nno -v',
      {home: makeHome()},
    )
    expect(stderr).to.equal('')
    expect(stdout).to.match(/^ℹ Not authenticated\. Run: nno login\n@neutrino-io\/cli\//)
  })

  it('NO_COLOR beside FORCE_COLOR: no word of it', async () => {
    for (const args of [['--version'], ['help'], ['logout']]) {
      expect((await nno(args, {env: {FORCE_COLOR: '1', NO_COLOR: '1'}, home: makeHome()})).stderr).to.equal('')
    }
  })

  it('a standard input that cannot be read: 2', async () => {
    const {exit, stderr} = await shell('nno login --token - --offline 0> "$HOME/x"', {home: makeHome()})
    expect(exit).to.equal(2)
    expect(stderr).to.equal('✖ Standard input could not be read (EBADF).\n  Check what it is connected to.\n')
  })

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`${signal} while waiting for a token: ends at once, and nothing is written`, async () => {
      const home = makeHome()
      const child = spawn(process.execPath, [NNO, 'login', '--token', '-'], {
        env: {HOME: home},
        stdio: ['pipe', 'ignore', 'ignore'],
      })
      setTimeout(() => child.kill(signal), 500)
      // A shell counts a death by signal as 128 and its number: 130 and 143.
      const [, by] = await once(child, 'exit')
      expect(by).to.equal(signal)
      expect(existsSync(join(home, '.nno'))).to.equal(false)
    })
  }
})

describe('a token on standard input', () => {
  it('is read to the end of the line', async () => {
    const home = makeHome()
    const {exit, stderr, stdout} = await nno(['login', '--token', '-', '--offline'], {home, input: `${TOKEN}\n`})
    expect({exit, stderr, stdout}).to.deep.equal({exit: 0, stderr: '', stdout: '✔ Authenticated via token\n'})
    expect(JSON.parse(readFile(home))).to.include({token: TOKEN})
  })

  for (const [what, input] of Object.entries({
    'an endless line': 'x'.repeat(1_000_000),
    'a second line': `${TOKEN}\n${OTHER_TOKEN}\n`,
    'bytes that are no text': Buffer.from([0x61, 0xff, 0xfe]),
    nothing: '',
  })) {
    it(`is refused when it is ${what}`, async () => {
      const home = makeHome()
      const {exit, stderr, stdout} = await nno(['login', '--token', '-', '--offline'], {home, input})
      expect({exit, stdout}).to.deep.equal({exit: 2, stdout: ''})
      expect(stderr).to.match(/^✖ The token /)
      expect(existsSync(join(home, '.nno'))).to.equal(false)
    })
  }

  if (isWindows) return

  it('ends a stream that never ends', async () => {
    const {exit} = await shell('yes | nno login --token - --offline', {home: makeHome()})
    expect(exit).to.equal(2)
  })
})

describe('help and version', () => {
  const shown = async (...args: string[]) => {
    const {exit, stderr, stdout} = await nno(args, {home: makeHome()})
    expect({exit, stderr}).to.deep.equal({exit: 0, stderr: ''})
    return stdout
  }

  it('shows all commands', async () => {
    const help = await shown('help')
    for (const name of ['completion', 'help', 'login', 'logout', 'token', 'whoami'])
      expect(help).to.match(new RegExp(`^ {2}${name} `, 'm'))
    for (const args of [[], ['--help'], ['-h']]) expect(await shown(...args)).to.equal(help)
  })

  for (const id of ['help', 'login', 'logout', 'token', 'whoami']) {
    it(`shows ${id}, its examples and its exit codes`, async () => {
      const help = await shown('help', id)
      expect(help).to.match(/^USAGE$/m)
      expect(help).to.match(/^EXAMPLES$/m)
      expect(help).to.match(/^EXIT CODES\n {2}0 {2}\S/m)
      for (const args of [
        [id, '--help'],
        [id, '-h'],
      ])
        expect(await shown(...args)).to.equal(help)
    })
  }

  it('says where the credential file is', async () => {
    for (const id of ['login', 'logout', 'whoami'])
      expect(await shown('help', id)).to.include('~/.nno/credentials.json')
  })

  it('shows the version', async () => {
    for (const flag of ['--version', '-v'])
      expect(await shown(flag)).to.match(new RegExp(`^@neutrino-io/cli/${version} `))
  })
})

if (process.platform === 'linux') {
  describe('a terminal', () => {
    it('gets colour', async () => {
      const home = homeWith(CREDENTIALS)
      expect(await terminal('nno logout', {env: {TERM: 'xterm'}, home})).to.equal(
        '\u001B[32m✔\u001B[39m Logged out successfully\n',
      )
    })

    const colourless: Array<Record<string, string>> = [
      {NO_COLOR: '1', TERM: 'xterm'},
      {TERM: 'dumb'},
      {FORCE_COLOR: '1', NO_COLOR: '1', TERM: 'xterm'},
    ]
    for (const env of colourless) {
      it(`gets none with ${JSON.stringify(env)}`, async () => {
        const home = homeWith(CREDENTIALS)
        expect(await terminal('nno logout', {env, home})).to.equal('✔ Logged out successfully\n')
      })
    }

    it('gets other symbols where it cannot show these', async () => {
      const env = {NO_COLOR: '1', TERM: 'linux'}
      expect(await terminal('nno logout', {env, home: homeWith(CREDENTIALS)})).to.equal('√ Logged out successfully\n')
    })

    it('is told that a token is read from it, and needs no end of input', async () => {
      const home = makeHome()
      const env = {NO_COLOR: '1', TERM: 'xterm'}
      const output = await terminal('nno login --token - --offline', {env, home, input: 'typed-by-hand\n'})
      expect(output).to.match(/ℹ Reading the token from standard input: paste it, and press Enter\.\n/)
      expect(output).to.match(/✔ Authenticated via token\n$/)
      expect(JSON.parse(readFile(home))).to.include({token: 'typed-by-hand'})
    })

    it('gets errors in colour too', async () => {
      const output = await terminal('nno logut', {env: {TERM: 'xterm'}, home: makeHome()})
      expect(output.split('\n', 1)).to.deep.equal(['\u001B[31m✖\u001B[39m Unknown command "logut".'])
    })
  })
}
