import {expect} from 'chai'
import {chmodSync, existsSync, linkSync, lstatSync, mkdirSync, readFileSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {credentialPath, CREDENTIALS, filesWith, homeWith, makeHome, modeOf, readFile, TOKEN} from '../support/home.js'
import {nno, shell} from '../support/nno.js'
import {withoutRootsPrivileges} from '../support/privileges.js'

const isWindows = process.platform === 'win32'
const LOGGED_OUT = '✔ Logged out successfully\n'
const NOT_LOGGED_IN = 'ℹ Not currently logged in\n'

/** Runs a row of the table twice, as text and with --json, each in a new home. */
function row(name: string, makeRow: () => string, check: (home: string, json: boolean) => Promise<void>): void {
  for (const json of [false, true]) {
    it(json ? `${name}, with --json` : name, async () => check(makeRow(), json))
  }
}

/** What `nno logout` says with exit code 0, for a person and for a script. */
async function expectDone(
  home: string,
  json: boolean,
  status: 'logged_out' | 'not_logged_in',
  sessionExpiresAt: null | string = null,
) {
  const {exit, stderr, stdout} = await nno(json ? ['logout', '--json'] : ['logout'], {home})
  expect(exit).to.equal(0)
  if (json) {
    const credentialsPath = credentialPath(home)
    expect(JSON.parse(stdout)).to.deep.equal({credentialsPath, revocation: 'not_requested', sessionExpiresAt, status})
  } else {
    expect(stdout).to.equal(status === 'logged_out' ? LOGGED_OUT : NOT_LOGGED_IN)
  }

  return stderr
}

/** What `nno logout` says with exit code 6: the error, the path, the next step. */
async function expectFailure(home: string, json: boolean, message: RegExp, wrapper: string[] = []) {
  const {exit, stderr, stdout} = await nno(json ? ['logout', '--json'] : ['logout'], {home, wrapper})
  expect(exit).to.equal(6)
  const text = json ? JSON.parse(stdout).error.message : stderr
  expect(text).to.match(message)
  expect(text).to.include(home)
  if (json) {
    expect(stderr).to.equal('')
    expect(JSON.parse(stdout)).to.have.all.keys('error')
    expect(JSON.parse(stdout).error).to.have.all.keys('code', 'exitCode', 'message', 'suggestions')
    expect(JSON.parse(stdout).error).to.include({exitCode: 6})
    expect(JSON.parse(stdout).error.suggestions).to.not.be.empty
  } else {
    expect(stdout).to.equal('')
    expect(stderr).to.match(/^✖ .*\n {2}\S.*\n$/)
  }
}

describe('nno logout', () => {
  row(
    'credentials present',
    () => homeWith(CREDENTIALS),
    async (home, json) => {
      expect(await expectDone(home, json, 'logged_out', CREDENTIALS.expiresAt)).to.equal('')
      expect(readFile(home)).to.equal('{}')
      if (!isWindows) expect(modeOf(credentialPath(home))).to.equal('600')
      expect(existsSync(join(home, '.nno'))).to.equal(true)
    },
  )

  row(
    'expired credentials',
    () => homeWith({...CREDENTIALS, expiresAt: '2001-01-01T00:00:00.000Z'}),
    async (home, json) => {
      await expectDone(home, json, 'logged_out', '2001-01-01T00:00:00.000Z')
      expect(readFile(home)).to.equal('{}')
    },
  )

  row('no ~/.nno', makeHome, async (home, json) => {
    expect(await expectDone(home, json, 'not_logged_in')).to.equal('')
    expect(existsSync(join(home, '.nno'))).to.equal(false)
  })

  row(
    'no file',
    () => {
      const home = makeHome()
      mkdirSync(join(home, '.nno'))
      return home
    },
    async (home, json) => {
      expect(await expectDone(home, json, 'not_logged_in')).to.equal('')
      expect(existsSync(credentialPath(home))).to.equal(false)
    },
  )

  for (const [what, content] of Object.entries({
    'a blank file': ' \n\t',
    'an empty file': '',
    'an empty payload': '{}',
  })) {
    row(
      what,
      () => homeWith(content),
      async (home, json) => {
        const before = lstatSync(credentialPath(home), {bigint: true})
        expect(await expectDone(home, json, 'not_logged_in')).to.equal('')
        const after = lstatSync(credentialPath(home), {bigint: true})
        expect([after.mtimeNs, after.ctimeNs]).to.deep.equal([before.mtimeNs, before.ctimeNs])
        expect(readFile(home)).to.equal(content)
      },
    )
  }

  const broken = {
    'an object without a token': '{"email":"developer@acme.com"}',
    'broken JSON': `{"token":"${TOKEN}",}`,
    'half a file': JSON.stringify(CREDENTIALS).slice(0, 90),
    'half a logout': `{}oken":"${TOKEN}"}`,
    'wrong types': JSON.stringify({...CREDENTIALS, token: 7}),
  }
  for (const [what, content] of Object.entries(broken)) {
    row(
      what,
      () => homeWith(content),
      async (home, json) => {
        expect(await expectDone(home, json, 'logged_out')).to.equal(
          `⚠ ${credentialPath(home)} was not valid, and was cleared.\n`,
        )
        expect(readFile(home)).to.equal('{}')
      },
    )
  }

  row(
    'a directory at the path',
    () => {
      const home = makeHome()
      mkdirSync(credentialPath(home), {recursive: true})
      return home
    },
    async (home, json) =>
      expectFailure(home, json, /credentials\.json is a directory, not a file\. Nothing was changed\./),
  )

  it('leaves everything else in ~/.nno alone', async () => {
    const home = homeWith(CREDENTIALS)
    writeFileSync(join(home, '.nno', 'notes'), 'mine')
    await nno(['logout'], {home})
    expect(filesWith('mine', home)).to.deep.equal([join(home, '.nno', 'notes')])
  })

  it('leaves no token in a hard link', async () => {
    const home = homeWith(CREDENTIALS)
    linkSync(credentialPath(home), join(home, 'link'))
    await nno(['logout'], {home})
    expect(filesWith(TOKEN, home)).to.deep.equal([])
  })

  it('does not care for environment variables', async () => {
    const [home, elsewhere] = [homeWith(CREDENTIALS), homeWith(CREDENTIALS)]
    const path = credentialPath(elsewhere)
    const env = {
      DEBUG: '*',
      NNO_CONFIG_DIR: join(elsewhere, '.nno'),
      NNO_CONTENT_TYPE: 'json',
      NNO_CREDENTIALS: path,
      NNO_DEBUG: '1',
      NNO_HOME: elsewhere,
      NNO_TOKEN: 'x',
      NODE_ENV: 'development',
      XDG_CONFIG_HOME: elsewhere,
      XDG_DATA_HOME: elsewhere,
    }
    expect(await nno(['logout'], {env, home})).to.deep.equal({exit: 0, signal: null, stderr: '', stdout: LOGGED_OUT})
    expect(readFile(home)).to.equal('{}')
    expect(readFile(elsewhere)).to.include(TOKEN)
  })

  it('waits for nobody on standard input', async () => {
    const {exit, stdout} = await nno(['logout'], {home: homeWith(CREDENTIALS), input: {open: true}})
    expect({exit, stdout}).to.deep.equal({exit: 0, stdout: LOGGED_OUT})
  })

  if (isWindows) return

  row(
    'a dangling link',
    () => {
      const home = makeHome()
      mkdirSync(join(home, '.nno'))
      symlinkSync('../nowhere', credentialPath(home))
      return home
    },
    async (home, json) => {
      expect(await expectDone(home, json, 'not_logged_in')).to.equal('')
      expect(existsSync(join(home, 'nowhere'))).to.equal(false)
      expect(lstatSync(credentialPath(home)).isSymbolicLink()).to.equal(true)
    },
  )

  for (const [what, mode] of Object.entries({'an unreadable file': 0o200, 'an unwritable file': 0o400})) {
    row(
      what,
      () => {
        const home = homeWith(CREDENTIALS)
        chmodSync(credentialPath(home), mode)
        return home
      },
      async (home, json) => {
        await expectFailure(home, json, /EACCES: permission denied, open\. It is unchanged\./, withoutRootsPrivileges())
        chmodSync(credentialPath(home), 0o600)
        expect(JSON.parse(readFile(home))).to.deep.equal(CREDENTIALS)
      },
    )
  }

  row(
    'an empty payload in an unwritable file',
    () => {
      const home = homeWith('{}')
      chmodSync(credentialPath(home), 0o400)
      return home
    },
    async (home, json) => {
      const {exit} = await nno(json ? ['logout', '--json'] : ['logout'], {home, wrapper: withoutRootsPrivileges()})
      expect(exit).to.equal(0)
      expect(modeOf(credentialPath(home))).to.equal('400')
    },
  )

  row(
    'a folder that cannot be listed, where a killed login may have left a token',
    () => {
      const home = makeHome()
      mkdirSync(join(home, '.nno'), {mode: 0o300})
      return home
    },
    async (home, json) => {
      const message =
        /Could not erase the temporary files of logins in \S+: EACCES: permission denied, readdir\. .* itself holds no token\./
      await expectFailure(home, json, message, withoutRootsPrivileges())
      chmodSync(join(home, '.nno'), 0o700)
    },
  )

  row(
    'a FIFO at the path',
    () => homeWith('x'),
    async (home, json) => {
      const {exit} = await shell(`rm "${credentialPath(home)}" && mkfifo "${credentialPath(home)}"`, {home})
      expect(exit).to.equal(0)
      await expectFailure(home, json, /credentials\.json is a FIFO, not a file\. Nothing was changed\./)
    },
  )

  row(
    'a device at the path',
    () => {
      const home = makeHome()
      mkdirSync(join(home, '.nno'))
      symlinkSync('/dev/null', credentialPath(home))
      return home
    },
    async (home, json) => expectFailure(home, json, /credentials\.json is a device or a socket, not a file\./),
  )

  const closings = {
    'a closed standard error': 'nno logout 2>&-; echo $? > "$HOME/exit"',
    'a closed standard input': 'nno logout <&-; echo $? > "$HOME/exit"',
    'a closed standard output': 'nno logout >&-; echo $? > "$HOME/exit"',
    'a reader of JSON that reads nothing': '{ nno logout --json; echo $? > "$HOME/exit"; } | head -c 0',
    'a reader that left': '{ nno logout; echo $? > "$HOME/exit"; } | true',
    'a reader that reads nothing': '{ nno logout; echo $? > "$HOME/exit"; } | head -n 0',
  }
  for (const [what, script] of Object.entries(closings)) {
    it(`does its work with ${what}`, async () => {
      const home = homeWith(CREDENTIALS)
      const {stderr} = await shell(script, {home})
      expect(stderr).to.equal('')
      expect(readFileSync(join(home, 'exit'), 'utf8')).to.equal('0\n')
      expect(readFile(home)).to.equal('{}')
    })
  }

  it('says when its output could not be written, and has done its work', async () => {
    if (process.platform !== 'linux') return
    const home = homeWith(CREDENTIALS)
    const {exit, stderr} = await shell('nno logout > /dev/full', {home})
    expect(exit).to.equal(1)
    expect(stderr).to.equal(
      '✖ The output could not be written (ENOSPC). The command itself ran to its end.\n' +
        '  Check where standard output leads: a full disk, for example.\n',
    )
    expect(readFile(home)).to.equal('{}')
  })
})
