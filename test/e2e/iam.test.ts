import {expect} from 'chai'
import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {setTimeout as pause} from 'node:timers/promises'

import {credentialPath, CREDENTIALS, homeWith, makeHome, OTHER_TOKEN, readFile} from '../support/home.js'
import {IamProcess} from '../support/iam/process.js'
import {NNO, nno, type Outcome, terminal} from '../support/nno.js'

/** A device login that has shown its code, and goes on. */
async function startLogin(iam: IamProcess, home: string, ...flags: string[]) {
  const child = spawn(process.execPath, [NNO, 'login', '--device', '--no-browser', '--iam-url', iam.url, ...flags], {
    env: {DEBUG: '*', HOME: home, NNO_DEBUG: '1', PATH: process.env.PATH},
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const outcome: Outcome = {exit: null, signal: null, stderr: '', stdout: ''}
  child.stdout.on('data', (chunk: Buffer) => {
    outcome.stdout += chunk
  })
  const ended = once(child, 'close').then(([exit, signal]) => ({...outcome, exit, signal}) as Outcome)
  const code = await new Promise<string>((resolve, reject) => {
    child.stderr.on('data', (chunk: Buffer) => {
      outcome.stderr += chunk
      const [, userCode] = /Code: ([A-Z]{4}-\d{4})[^]*Waiting/.exec(outcome.stderr) ?? []
      if (userCode) resolve(userCode)
    })
    child.on('exit', () => reject(new Error(`no code was shown:\n${outcome.stderr}`)))
  })
  return {child, code, ended}
}

const stored = (home: string) => JSON.parse(readFile(home)) as typeof CREDENTIALS

describe('nno with a real IAM', function () {
  this.timeout(60_000)
  const servers: IamProcess[] = []
  let iam: IamProcess

  async function startIam(options = {}): Promise<IamProcess> {
    const server = await new IamProcess(options).start()
    servers.push(server)
    return server
  }

  /** A home where the server's user is logged in with a new session. */
  async function loggedIn(server = iam): Promise<string> {
    return homeWith({...CREDENTIALS, iamUrl: server.url, token: await server.newToken()})
  }

  before(async () => {
    iam = await startIam()
  })

  after(async () => Promise.all(servers.map(async (server) => server.stop())))

  /** Runs nno, and makes sure that it shows no token that the server has ever given out. */
  async function run(home: string, ...args: string[]): Promise<Outcome> {
    const outcome = await nno(args, {env: {DEBUG: '*', NNO_DEBUG: '1'}, home, mayShowToken: args[0] === 'token'})
    for (const {token} of iam.sessions()) expect(outcome.stdout + outcome.stderr).not.to.include(token)
    return outcome
  }

  it('logs in with a device code that is approved, knows who that is, and ends the session', async () => {
    const home = makeHome()
    const before = iam.sessions().length
    const {code, ended} = await startLogin(iam, home)
    await iam.decide(code, 'approve')
    const {stderr, ...login} = await ended
    expect(login).to.deep.equal({exit: 0, signal: null, stdout: '✔ Authenticated as developer@acme.com\n'})
    expect(stderr).to.equal(
      'ℹ Open this URL in your browser:\n' +
        `ℹ   ${iam.url}/activate\n` +
        '╭─────────────────╮\n' +
        `│ Code: ${code} │\n` +
        '╰─────────────────╯\n' +
        '⚠ Only continue if you started this login yourself.\n' +
        'ℹ Waiting for authentication...\n',
    )
    const {expiresAt, token, ...rest} = stored(home)
    expect(rest).to.deep.equal({
      email: 'developer@acme.com',
      iamUrl: iam.url,
      platformId: 'r4xk9m2zt5',
      refreshToken: null,
      role: 'platform-admin',
    })
    expect(stderr).not.to.include(token)
    const row = iam.sessions().find((session) => session.token === token)
    expect(row?.userAgent).to.match(/^nno\/\S+ \(\w+-\w+; \S+\)$/)

    const whoami = await run(home, 'whoami')
    expect(whoami).to.deep.equal({
      exit: 0,
      signal: null,
      stderr: '',
      stdout:
        '✔ Authenticated as developer@acme.com\nℹ Platform: r4xk9m2zt5\nℹ Role: platform-admin\n' +
        `ℹ Session expires: ${expiresAt}\n`,
    })
    expect(await run(home, 'logout', '--revoke')).to.deep.equal({
      exit: 0,
      signal: null,
      stderr: '',
      stdout: '✔ Logged out successfully\n✔ Session revoked\n',
    })
    expect(readFile(home)).to.equal('{}')
    expect(iam.sessions().map((session) => session.token)).not.to.include(token)
    // Approving took a session of the browser, which lives on.
    expect(iam.sessions()).to.have.length(before + 1)
  })

  it('changes nothing when the login is denied', async () => {
    const home = homeWith(CREDENTIALS)
    const {code, ended} = await startLogin(iam, home)
    await iam.decide(code, 'deny')
    const {exit, stderr, stdout} = await ended
    expect({exit, stdout}).to.deep.equal({exit: 4, stdout: ''})
    expect(stderr).to.match(
      /\n✖ The login was denied\. Nothing was changed\.\n {2}Run `nno login` again for a new code\.\n$/,
    )
    expect(stored(home)).to.deep.equal(CREDENTIALS)
  })

  it('changes nothing when the code expires', async () => {
    const home = homeWith(CREDENTIALS)
    const {ended} = await startLogin(await startIam({expiresIn: 2}), home, '--json')
    const {exit, stdout} = await ended
    expect(exit).to.equal(4)
    expect(JSON.parse(stdout).error).to.include({code: 'login_refused', exitCode: 4})
    expect(stored(home)).to.deep.equal(CREDENTIALS)
  })

  it('logs in although IAM goes away and comes back while it waits', async () => {
    const home = makeHome()
    const server = await startIam()
    const {code, ended} = await startLogin(server, home, '--json')
    await server.stop()
    await pause(2500)
    await server.start()
    await server.decide(code, 'approve')
    const {exit, stdout} = await ended
    expect(exit).to.equal(0)
    expect(JSON.parse(stdout)).to.include({
      email: 'developer@acme.com',
      method: 'device',
      status: 'authenticated',
      verified: true,
    })
    expect(JSON.parse(stdout)).not.to.have.any.keys('token', 'refreshToken')
  })

  for (const [signal, number] of Object.entries({SIGINT: 130, SIGTERM: 143}) as Array<[NodeJS.Signals, number]>) {
    if (process.platform === 'win32') continue
    it(`ends at ${signal} while it waits, as ${number}, and keeps the old credentials`, async () => {
      const home = homeWith(CREDENTIALS)
      const {child, ended} = await startLogin(iam, home)
      child.kill(signal)
      const outcome = await Promise.race([ended, pause(1000).then(() => {})])
      expect(outcome).to.include({exit: null, signal, stdout: ''})
      expect(stored(home)).to.deep.equal(CREDENTIALS)
    })
  }

  if (process.platform === 'linux') {
    it('shows on a terminal how much time is left', async () => {
      const home = makeHome()
      const command = `timeout 3 nno login --no-browser --iam-url ${iam.url}`
      const output = await terminal(command, {env: {NO_COLOR: '1', TERM: 'xterm'}, home})
      expect(output).to.match(/│ Code: [A-Z]{4}-\d{4} │\n[^]*ℹ Waiting for authentication\.\.\.\n/)
      expect(output).to.include('\r\u001B[K⠋ 30:00 left')
      expect(output).to.match(/29:5\d left/)
    })
  }

  it('looks a token up before it stores it', async () => {
    const home = makeHome()
    const token = await iam.newToken()
    const outcome = await nno(['login', '--token', '-', '--iam-url', `${iam.url}/`], {home, input: token})
    expect(outcome).to.include({exit: 0, stderr: '', stdout: '✔ Authenticated via token\n'})
    expect(stored(home)).to.include({
      email: 'developer@acme.com',
      iamUrl: iam.url,
      platformId: 'r4xk9m2zt5',
      role: 'platform-admin',
      token,
    })
  })

  it('stores no token that IAM refuses', async () => {
    for (const home of [homeWith(CREDENTIALS), homeWith('{}')]) {
      const before = readFile(home)
      const {exit, stderr, stdout} = await run(home, 'login', '--token', OTHER_TOKEN, '--iam-url', iam.url)
      expect({exit, stdout}).to.deep.equal({exit: 4, stdout: ''})
      expect(stderr).to.match(/^✖ IAM refused the token: .* is unchanged\.\n/)
      expect(readFile(home)).to.equal(before)
    }
  })

  it('tells a script whose session it is', async () => {
    const home = await loggedIn()
    const {exit, stdout} = await run(home, 'whoami', '--json')
    expect(exit).to.equal(0)
    expect(JSON.parse(stdout)).to.deep.include({
      authenticated: true,
      email: 'developer@acme.com',
      iamUrl: iam.url,
      reason: null,
      verified: true,
    })
  })

  it('says when a session is gone', async () => {
    const home = homeWith({...CREDENTIALS, iamUrl: iam.url})
    const text = await run(home, 'whoami')
    expect(text).to.deep.equal({
      exit: 4,
      signal: null,
      stderr: '✖ Session expired or revoked. Run: nno login again.\n',
      stdout: '',
    })
    const json = await run(home, 'whoami', '--json')
    expect(json).to.include({exit: 4, stderr: ''})
    expect(JSON.parse(json.stdout)).to.include({authenticated: false, reason: 'session_rejected', verified: true})
    expect(stored(home)).to.deep.equal({...CREDENTIALS, iamUrl: iam.url})
    for (const args of [
      ['sessions', 'list'],
      ['sessions', 'revoke', '--all'],
    ]) {
      expect((await run(home, ...args)).exit).to.equal(4)
    }
  })

  it('sends a token to another IAM only when the flag says so', async () => {
    const home = homeWith({...CREDENTIALS, iamUrl: 'https://iam.invalid', token: await iam.newToken()})
    const {exit, stdout} = await run(home, 'whoami', '--json', '--iam-url', iam.url)
    expect(exit).to.equal(0)
    expect(JSON.parse(stdout)).to.include({iamUrl: iam.url})
    expect(stored(home)).to.include({iamUrl: 'https://iam.invalid'})
  })

  it('asks nobody when nobody is to be asked', async () => {
    const home = await loggedIn()
    const server = await startIam()
    for (const args of [
      ['login', '--token', OTHER_TOKEN, '--offline', '--iam-url', server.url],
      ['whoami', '--offline'],
      ['token'],
      ['logout'],
      ['logout', '--revoke'],
      ['whoami'],
      ['sessions', 'list'],
    ]) {
      await nno(args, {home, mayShowToken: args[0] === 'token'})
    }

    expect(server.requests).to.deep.equal([])
  })

  describe('sessions', () => {
    it('are listed, newest first, without a token', async () => {
      const server = await startIam()
      await server.newToken()
      const home = await loggedIn(server)
      const {exit, stdout} = await nno(['sessions', 'list', '--json'], {home})
      expect(exit).to.equal(0)
      const {sessions} = JSON.parse(stdout) as {sessions: Array<{createdAt: string; current: boolean; id: string}>}
      expect(sessions.map(({current}) => current)).to.deep.equal([true, false])
      expect(sessions.map(({createdAt}) => createdAt)).to.deep.equal(
        sessions
          .map(({createdAt}) => createdAt)
          .sort()
          .reverse(),
      )
      expect(sessions[0]).to.have.all.keys(
        'createdAt',
        'current',
        'expiresAt',
        'id',
        'ipAddress',
        'updatedAt',
        'userAgent',
      )
      const table = await nno(['sessions', 'list'], {home})
      expect(table.stdout).to.match(/^ID +CURRENT +CLIENT +ADDRESS +CREATED +LAST USED +EXPIRES\n/)
      expect(table.stdout).to.match(new RegExp(`^${sessions[0]!.id} +this one `, 'm'))
      for (const {token} of server.sessions()) expect(stdout + table.stdout).not.to.include(token)
    })

    it('end one by one, and one that is not there does not keep the others', async () => {
      const server = await startIam()
      await server.newToken()
      const home = await loggedIn(server)
      const [other, own] = server.sessions()
      const {exit, stderr, stdout} = await nno(['sessions', 'revoke', 'nothing', other!.id], {home})
      expect({exit, stderr, stdout}).to.deep.equal({
        exit: 4,
        stderr: '✖ Session nothing is not revoked. There is no such session.\n',
        stdout: `✔ Session ${other!.id} revoked\n`,
      })
      expect(server.sessions().map(({id}) => id)).to.deep.equal([own!.id])
      expect((await nno(['whoami'], {home})).exit).to.equal(0)
    })

    it('end all but this one', async () => {
      const server = await startIam()
      for (let count = 0; count < 3; count++) await server.newToken()
      const home = await loggedIn(server)
      const {exit, stdout} = await nno(['sessions', 'revoke', '--others', '--json'], {home})
      expect(exit).to.equal(0)
      expect(JSON.parse(stdout)).to.deep.include({failed: [], loggedOut: false})
      expect(JSON.parse(stdout).revoked).to.have.length(3)
      expect(server.sessions().map(({token}) => token)).to.deep.equal([stored(home).token])
      const again = await nno(['sessions', 'revoke', '--others'], {home})
      expect(again).to.include({exit: 0, stdout: 'ℹ No other sessions\n'})
    })

    it('end all, and log out here', async () => {
      const server = await startIam()
      await server.newToken()
      const home = await loggedIn(server)
      const {exit, stdout} = await nno(['sessions', 'revoke', '--all'], {home})
      expect(exit).to.equal(0)
      expect(stdout).to.match(/^(✔ Session \w+ revoked\n){2}✔ Logged out successfully\n$/)
      expect(server.sessions()).to.deep.equal([])
      expect(readFile(home)).to.equal('{}')
    })

    it('log out here when this one ends by its id', async () => {
      const server = await startIam()
      const home = await loggedIn(server)
      const {stdout} = await nno(['sessions', 'revoke', server.sessions()[0]!.id, '--json'], {home})
      expect(JSON.parse(stdout)).to.include({loggedOut: true})
      expect(readFile(home)).to.equal('{}')
    })

    it('want a fresh login', async () => {
      const server = await startIam({freshAge: 1})
      const home = await loggedIn(server)
      await pause(1500)
      const {exit, stderr} = await nno(['sessions', 'list'], {home})
      expect(exit).to.equal(4)
      expect(stderr).to.match(/^✖ IAM wants a fresh login .*\n {2}Log in again with `nno login`/)
      expect((await nno(['whoami'], {home})).exit).to.equal(0)
    })
  })

  describe('logout --revoke', () => {
    it('counts a session that is gone already as revoked', async () => {
      const home = homeWith({...CREDENTIALS, iamUrl: iam.url})
      const {exit, stdout} = await run(home, 'logout', '--revoke', '--json')
      expect(exit).to.equal(0)
      expect(JSON.parse(stdout)).to.deep.equal({
        credentialsPath: credentialPath(home),
        revocation: 'revoked',
        sessionExpiresAt: null,
        status: 'logged_out',
      })
      expect(readFile(home)).to.equal('{}')
    })

    it('asks for nothing when nobody is logged in', async () => {
      const {exit, stdout} = await run(homeWith('{}'), 'logout', '--revoke', '--json')
      expect(exit).to.equal(0)
      expect(JSON.parse(stdout)).to.include({revocation: 'not_requested', status: 'not_logged_in'})
    })

    for (const [what, content] of Object.entries({
      'a broken file': '{"token":',
      'an IAM URL that is not allowed': JSON.stringify({...CREDENTIALS, iamUrl: 'http://iam.svc.nno.app'}),
    })) {
      it(`clears ${what}, and does not call it revoked`, async () => {
        const home = homeWith(content)
        const {exit, stderr, stdout} = await run(home, 'logout', '--revoke')
        expect({exit, stdout}).to.deep.equal({exit: 7, stdout: '✔ Logged out successfully\n'})
        expect(stderr).to.match(
          /⚠ The session may still be valid\. .*Revoke it on the "Active sessions" page of https:\/\/console\.app\.nno\.app\.\n$/,
        )
        expect(readFile(home)).to.equal('{}')
      })
    }
  })
})
