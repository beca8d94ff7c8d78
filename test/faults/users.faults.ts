import {expect} from 'chai'
import {
  chmodSync,
  chownSync,
  lchownSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import {join} from 'node:path'

import {credentialPath, CREDENTIALS, homeWith, makeHome, modeOf, OTHER_TOKEN, readFile} from '../support/home.js'
import {nno, type Outcome, shell} from '../support/nno.js'
import {copyForOthers, requireRootAnd, run} from './tools.js'

const NOBODY = 65_534
const AS_NOBODY = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups']
const LOGIN = ['login', '--token', OTHER_TOKEN, '--offline']

function giveAway(home: string, ...paths: string[]): string {
  for (const path of paths) chownSync(join(home, path), NOBODY, NOBODY)
  return home
}

const ownersOf = (home: string) =>
  ['.nno', '.nno/credentials.json'].map((path) => statSync(join(home, path))).map(({gid, uid}) => `${uid}:${gid}`)

describe('another user', function () {
  this.timeout(60_000)
  let copy: string

  before(() => {
    requireRootAnd('setpriv')
    copy = copyForOthers()
  })

  after(() => rmSync(copy, {force: true, recursive: true}))

  /** Runs nno as nobody, in this home. */
  async function asNobody(args: string[], home: string): Promise<Outcome> {
    const command = [join(copy, 'node'), join(copy, 'bin', 'run.js'), ...args].map((word) => `'${word}'`).join(' ')
    return shell(`cd / && exec ${command}`, {home, mayShowToken: args[0] === 'token', wrapper: AS_NOBODY})
  }

  it('logs in and out in a home of their own', async () => {
    const home = giveAway(makeHome(), '.')
    expect((await asNobody(LOGIN, home)).exit).to.equal(0)
    expect(ownersOf(home)).to.deep.equal([`${NOBODY}:${NOBODY}`, `${NOBODY}:${NOBODY}`])
    expect(await asNobody(['logout'], home)).to.include({exit: 0, stdout: '✔ Logged out successfully\n'})
  })

  it('is refused a file of ours, and told the command that repairs it', async () => {
    const home = giveAway(homeWith(CREDENTIALS), '.', '.nno')
    chmodSync(credentialPath(home), 0o666)
    for (const args of [LOGIN, ['logout']]) {
      const {exit, stderr, stdout} = await asNobody(args, home)
      expect({exit, stdout}).to.deep.equal({exit: 6, stdout: ''})
      expect(stderr).to.equal(
        `✖ ${credentialPath(home)} belongs to another user (uid 0). Nothing was changed.\n` +
          `  Make it yours: \`sudo chown ${NOBODY}:${NOBODY} ${credentialPath(home)}\`.\n`,
      )
    }

    expect(JSON.parse(readFile(home))).to.deep.equal(CREDENTIALS)
    expect(modeOf(credentialPath(home))).to.equal('666')
  })

  it('is refused a folder of ours', async () => {
    const home = giveAway(makeHome(), '.')
    mkdirSync(join(home, '.nno'))
    chmodSync(join(home, '.nno'), 0o777)
    const {exit, stderr} = await asNobody(LOGIN, home)
    expect(exit).to.equal(6)
    expect(stderr).to.include(`${join(home, '.nno')} belongs to another user (uid 0). Nothing was changed.`)
  })

  it('is told that nobody is logged in, even by a file of ours', async () => {
    const home = giveAway(homeWith('{}'), '.', '.nno')
    chmodSync(credentialPath(home), 0o644)
    expect(await asNobody(['logout'], home)).to.include({exit: 0, stdout: 'ℹ Not currently logged in\n'})
  })

  it('without a passwd entry and without HOME gets an error, not a crash', async () => {
    const command = `unset HOME SHELL; cd / && exec '${join(copy, 'node')}' '${join(copy, 'bin', 'run.js')}' logout`
    const wrapper = ['setpriv', '--reuid=54321', '--regid=54321', '--clear-groups']
    const {exit, stderr, stdout} = await shell(command, {home: '/', wrapper})
    expect({exit, stdout}).to.deep.equal({exit: 6, stdout: ''})
    expect(stderr).to.match(/^✖ There is no home folder: HOME is empty, or not set .*\n {2}Set HOME/)
  })

  it('with a passwd entry needs no HOME', async () => {
    const home = run('sh', '-c', 'getent passwd 65534 | cut -d: -f6').trim()
    const command = `unset HOME; cd / && exec '${join(copy, 'node')}' '${join(copy, 'bin', 'run.js')}' logout`
    const {exit, stderr} = await shell(command, {home: '/', wrapper: AS_NOBODY})
    expect(exit).to.equal(6)
    expect(stderr).to.include(`The home folder ${home} does not exist.`)
  })

  describe('whose home root works in', () => {
    it('cannot lead root to write to a file that is not theirs', async () => {
      const home = giveAway(homeWith('{}'), '.', '.nno')
      rmSync(credentialPath(home))
      const victim = join(makeHome(), 'victim')
      writeFileSync(victim, 'root alone writes here')
      symlinkSync(victim, credentialPath(home))
      lchownSync(credentialPath(home), NOBODY, NOBODY)
      for (const args of [LOGIN, ['logout']]) {
        const {exit, stderr} = await nno(args, {home})
        expect(exit).to.equal(6)
        expect(stderr).to.include(`is a link of uid ${NOBODY} to a file of uid 0. Nothing was changed.`)
      }

      expect(readFileSync(victim, 'utf8')).to.equal('root alone writes here')
    })

    it('keeps what is theirs through a login over a login, and a logout', async () => {
      const home = giveAway(homeWith(CREDENTIALS), '.', '.nno', '.nno/credentials.json')
      for (const args of [LOGIN, ['logout']]) {
        expect((await nno(args, {home})).exit).to.equal(0)
        expect(ownersOf(home)).to.deep.equal([`${NOBODY}:${NOBODY}`, `${NOBODY}:${NOBODY}`])
      }

      expect((await asNobody(LOGIN, home)).exit).to.equal(0)
    })

    it('owns the folder and the file of a first login', async () => {
      const home = giveAway(makeHome(), '.')
      expect((await nno(LOGIN, {home})).exit).to.equal(0)
      expect(ownersOf(home)).to.deep.equal([`${NOBODY}:${NOBODY}`, `${NOBODY}:${NOBODY}`])
      expect((await asNobody(['whoami', '--offline'], home)).exit).to.equal(0)
    })
  })
})
