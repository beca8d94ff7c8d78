import {expect} from 'chai'
import {existsSync, readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {CREDENTIALS, filesWith, homeWith, makeHome, OTHER_TOKEN, readFile} from './support/home.js'
import {type Block, blocksOf, stepsOf} from './support/markdown.js'
import {type Outcome, ROOT, shell} from './support/nno.js'
import {type Done, gitHubSteps, runGitHubSteps, runGitLabJob, type Runner} from './support/pipeline.js'
import {Production} from './support/production.js'

const FOLDER = join(ROOT, 'docs', 'guides')

/** Guides whose commands need a disk of their own: test/faults/containers.faults.ts runs them. */
const ELSEWHERE = ['containers.md']

describe('the guides', () => {
  const names = ['github-actions.md', 'gitlab-ci.md', 'leak.md', 'proxy.md', 'shared-machine.md', 'shell.md']

  it('are all run, here or among the fault tests', () => {
    expect(readdirSync(FOLDER).sort()).to.deep.equal([...names, ...ELSEWHERE].sort())
  })

  it('have no command here that is not run', () => {
    for (const name of names) expect(blocksIn(name).filter(({notRun}) => notRun)).to.deep.equal([])
  })

  it('have no token on a command line', () => {
    for (const name of [...names, ...ELSEWHERE]) {
      for (const {text} of blocksIn(name)) expect(text, name).not.to.match(/--token(?! -(?:\s|$))/)
    }
  })
})

function blocksIn(name: string): Block[] {
  return blocksOf(readFileSync(join(FOLDER, name), 'utf8'))
}

/** The blocks of a guide, after a check that they are of these languages in this order. */
function blocks(name: string, ...languages: string[]): Block[] {
  const found = blocksIn(name)
  expect(found.map(({language}) => language)).to.deep.equal(languages)
  return found
}

const ids = /\b[\dA-Za-z]{32}\b/g

/** What is shown, with the same words for what differs from run to run. */
function plain(text: string, home: string): string {
  return text
    .replaceAll(home, '/home/dev')
    .replaceAll(ids, 'ID')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
}

if (process.platform !== 'win32') {
  describe('a guide', function () {
    this.timeout(60_000)
    const production = new Production()
    const {iam} = production

    before(async () => production.start())

    after(async () => production.stop())

    /** Whether nothing below this folder holds any token. */
    const isClean = (folder: string) => production.tokens.every((token) => filesWith(token, folder).length === 0)

    /** Runs a script where nno finds IAM, and makes sure that it shows no token. */
    async function run(script: string, options: Parameters<typeof shell>[1]) {
      const outcome = await shell(script, {env: production.env, ...options})
      for (const token of production.tokens) expect(outcome.stdout + outcome.stderr).not.to.include(token)
      return outcome
    }

    /** Runs the steps of a console block, and compares what they show. */
    async function play(block: Block, options: Parameters<typeof shell>[1], replace = (text: string) => text) {
      const found = stepsOf(block)
      expect(found).not.to.be.empty
      for (const {command, shown} of found) {
        const {exit, stdout} = await run(`exec 2>&1; ${replace(command)}`, options)
        const output = stdout + (exit === 0 ? '' : `[exit ${exit}]\n`)
        expect(plain(output, options.home), command).to.equal(plain(shown, options.home))
      }
    }

    /** A home that is logged in with a session of its own. */
    async function loggedIn() {
      const token = await production.newToken()
      return {home: homeWith({...CREDENTIALS, token}), token}
    }

    /** Takes IAM away while something runs. */
    async function withoutIam<T>(work: () => Promise<T>): Promise<T> {
      await iam.stop()
      try {
        return await work()
      } finally {
        await iam.start()
      }
    }

    const runner = (home: string): Runner => ({env: production.env, home})

    describe('on GitHub Actions', () => {
      const [work, rotate] = blocks('github-actions.md', 'yaml', 'yaml').map(({text}) => gitHubSteps(text))
      const summary = (done: Done[]) => done.map(({exit, name}) => `${name}: ${exit}`)

      it('has a job that logs in and out, and leaves the session alone', async () => {
        const home = makeHome()
        const token = await production.newToken()
        const done = await runGitHubSteps(work!, {NNO_API_TOKEN: token}, runner(home))
        expect(summary(done)).to.deep.equal(['Log in: 0', 'Work: 0', 'Log out: 0'])
        expect(readFile(home)).to.equal('{}')
        expect(production.isAlive(token)).to.equal(true)
      })

      it('has a job that logs out although a step fails', async () => {
        const home = makeHome()
        const token = await production.newToken()
        const failing = work!.map((step) => (step.name === 'Work' ? {...step, run: 'exit 9'} : step))
        const done = await runGitHubSteps(failing, {NNO_API_TOKEN: token}, runner(home))
        expect(summary(done)).to.deep.equal(['Log in: 0', 'Work: 9', 'Log out: 0'])
        expect(isClean(home)).to.equal(true)
      })

      it('has a job that takes the new token while the old one is rotated out', async () => {
        const home = makeHome()
        const [old, fresh] = [await production.newToken(), await production.newToken()]
        const peeking = work!.map((step) => (step.name === 'Work' ? {...step, run: 'nno token'} : step))
        const secrets = {NEW_NNO_API_TOKEN: fresh, NNO_API_TOKEN: old}
        const done = await runGitHubSteps(peeking, secrets, {...runner(home), mayShowToken: true})
        expect(done.find(({name}) => name === 'Work')!.stdout).to.equal(`${fresh}\n`)
      })

      it('has a job that stops when IAM cannot be asked', async () => {
        const home = makeHome()
        const token = await production.newToken()
        const done = await withoutIam(async () => runGitHubSteps(work!, {NNO_API_TOKEN: token}, runner(home)))
        expect(summary(done)).to.deep.equal(['Log in: 5', 'Log out: 0'])
        expect(done[0]!.stderr).to.include('⚠ The token is stored, but not verified.')
        expect(readFile(home)).to.equal('{}')
      })

      it('ends the old session, not the new one, as often as one likes', async () => {
        const home = makeHome()
        const [old, fresh] = [await production.newToken(), await production.newToken()]
        for (let round = 0; round < 2; round++) {
          const done = await runGitHubSteps(rotate!, {NEW_NNO_API_TOKEN: fresh, NNO_API_TOKEN: old}, runner(home))
          expect(summary(done)).to.deep.equal(['Check the new token: 0', 'End the old session: 0', 'Log out: 0'])
          expect([production.isAlive(old), production.isAlive(fresh)]).to.deep.equal([false, true])
          expect(readFile(home)).to.equal('{}')
        }
      })

      for (const [what, exit, rotation] of [
        ['the same token twice', 1, async (old: string) => old],
        ['no new token', 2, async () => ''],
        ['a token that IAM refuses', 4, async () => OTHER_TOKEN],
      ] as const) {
        it(`keeps the old session and ends with ${exit} at ${what}`, async () => {
          const home = makeHome()
          const old = await production.newToken()
          const secrets = {NEW_NNO_API_TOKEN: await rotation(old), NNO_API_TOKEN: old}
          const done = await runGitHubSteps(rotate!, secrets, runner(home))
          expect(summary(done)).to.deep.equal([`Check the new token: ${exit}`, 'Log out: 0'])
          expect(production.isAlive(old)).to.equal(true)
          expect(isClean(home)).to.equal(true)
        })
      }

      it('keeps the old session and ends with 5 when IAM cannot be asked', async () => {
        const home = makeHome()
        const [old, fresh] = [await production.newToken(), await production.newToken()]
        const secrets = {NEW_NNO_API_TOKEN: fresh, NNO_API_TOKEN: old}
        const done = await withoutIam(async () => runGitHubSteps(rotate!, secrets, runner(home)))
        expect(summary(done)).to.deep.equal(['Check the new token: 5', 'Log out: 0'])
        expect(production.isAlive(old)).to.equal(true)
        expect(isClean(home)).to.equal(true)
      })

      it('ends with 7 when IAM does not confirm the end of the old session', async () => {
        const home = makeHome()
        const [, ending, out] = rotate!.filter(({if: condition, uses}) => condition ?? !uses).slice(-3)
        const old = await production.newToken()
        const done = await withoutIam(async () => runGitHubSteps([ending!, out!], {NNO_API_TOKEN: old}, runner(home)))
        expect(summary(done)).to.deep.equal(['End the old session: 7', 'Log out: 0'])
        expect(readFile(home)).to.equal('{}')
      })
    })

    describe('on GitLab CI', () => {
      const [{text: yaml}] = blocks('gitlab-ci.md', 'yaml') as [Block]

      /** Runs a job, and returns how its script and what comes after it ended. */
      async function job(name: string, variables: Record<string, string>, home: string, text = yaml) {
        const done = await runGitLabJob(text, name, {env: {...production.env, ...variables}, home})
        return [done.script!.exit, done.after!.exit]
      }

      it('has a job that logs in and out, and leaves the session alone', async () => {
        const home = makeHome()
        const token = await production.newToken()
        expect(await job('work', {NNO_API_TOKEN: token}, home)).to.deep.equal([0, 0])
        expect(readFile(home)).to.equal('{}')
        expect(production.isAlive(token)).to.equal(true)
      })

      it('has a job that logs out although a command fails', async () => {
        const home = makeHome()
        const failing = yaml.replace('echo "Your own commands come here."', 'exit 9')
        const variables = {NNO_API_TOKEN: await production.newToken()}
        expect(await job('work', variables, home, failing)).to.deep.equal([9, 0])
        expect(readFile(home)).to.equal('{}')
      })

      it('has a job that stops when IAM cannot be asked', async () => {
        const home = makeHome()
        const variables = {NNO_API_TOKEN: await production.newToken()}
        expect(await withoutIam(async () => job('work', variables, home))).to.deep.equal([5, 0])
        expect(readFile(home)).to.equal('{}')
      })

      it('takes the new token while the old one is rotated out', async () => {
        const home = makeHome()
        const variables = {NEW_NNO_API_TOKEN: OTHER_TOKEN, NNO_API_TOKEN: await production.newToken()}
        expect(await job('work', variables, home)).to.deep.equal([4, 0])
      })

      it('ends the old session, not the new one, as often as one likes', async () => {
        const home = makeHome()
        const [old, fresh] = [await production.newToken(), await production.newToken()]
        for (let round = 0; round < 2; round++) {
          const variables = {NEW_NNO_API_TOKEN: fresh, NNO_API_TOKEN: old}
          expect(await job('rotate', variables, home)).to.deep.equal([0, 0])
          expect([production.isAlive(old), production.isAlive(fresh)]).to.deep.equal([false, true])
          expect(readFile(home)).to.equal('{}')
        }
      })

      for (const [what, exit, rotation] of [
        ['the same token twice', 1, (old: string) => old],
        ['two words', 2, () => 'two words'],
        ['a token that IAM refuses', 4, () => OTHER_TOKEN],
      ] as const) {
        it(`keeps the old session and ends with ${exit} at ${what}`, async () => {
          const home = makeHome()
          const old = await production.newToken()
          const variables = {NEW_NNO_API_TOKEN: rotation(old), NNO_API_TOKEN: old}
          expect(await job('rotate', variables, home)).to.deep.equal([exit, 0])
          expect(production.isAlive(old)).to.equal(true)
          expect(isClean(home)).to.equal(true)
        })
      }

      it('keeps the old session and ends with 5 when IAM cannot be asked', async () => {
        const home = makeHome()
        const [old, fresh] = [await production.newToken(), await production.newToken()]
        const variables = {NEW_NNO_API_TOKEN: fresh, NNO_API_TOKEN: old}
        expect(await withoutIam(async () => job('rotate', variables, home))).to.deep.equal([5, 0])
        expect(production.isAlive(old)).to.equal(true)
        expect(isClean(home)).to.equal(true)
      })

      it('ends with 7 when IAM does not confirm the end of the old session', async () => {
        const home = makeHome()
        const ending = yaml.replace(
          '    - printf %s "$NEW_NNO_API_TOKEN" | nno login --token -\n    - nno whoami\n',
          '',
        )
        const variables = {NEW_NNO_API_TOKEN: 'new', NNO_API_TOKEN: await production.newToken()}
        expect(await withoutIam(async () => job('rotate', variables, home, ending))).to.deep.equal([7, 0])
        expect(readFile(home)).to.equal('{}')
      })
    })

    describe('in a shell script', () => {
      const [work, running, rotate, rotating] = blocks('shell.md', 'sh', 'console', 'sh', 'console')

      /** A folder with the scripts and files of the guide. */
      function folder(files: Record<string, string>): string {
        const cwd = makeHome()
        for (const [name, text] of Object.entries({'rotate.sh': rotate!.text, 'work.sh': work!.text, ...files})) {
          writeFileSync(join(cwd, name), text)
        }

        return cwd
      }

      it('logs in, works, and logs out', async () => {
        const [home, token] = [makeHome(), await production.newToken()]
        await play(running!, {cwd: folder({token: `${token}\n`}), home})
        expect(readFile(home)).to.equal('{}')
        expect(production.isAlive(token)).to.equal(true)
      })

      for (const [what, line, exit] of [
        ['fails', 'exit 9', 9],
        ['is interrupted', 'kill -s INT $$', 130],
        ['is terminated', 'kill -s TERM $$', 143],
        ['loses its terminal', 'kill -s HUP $$', 129],
      ] as const) {
        it(`logs out although it ${what}`, async () => {
          const [home, token] = [makeHome(), await production.newToken()]
          const script = work!.text.replace('echo "Your own commands come here."', () => line)
          const outcome = await run('sh work.sh <token', {cwd: folder({token, 'work.sh': script}), home})
          expect(outcome.exit).to.equal(exit)
          expect(readFile(home)).to.equal('{}')
        })
      }

      it('ends with 5, logged out, when IAM cannot be asked', async () => {
        const [home, token] = [makeHome(), await production.newToken()]
        const outcome = await withoutIam(async () => run('sh work.sh <token', {cwd: folder({token}), home}))
        expect(outcome.exit).to.equal(5)
        expect(readFile(home)).to.equal('{}')
      })

      /** Rotates in a home that is logged in. Nothing may be left in the folder for temporary files. */
      async function rotation(input: string, script = rotate!.text) {
        const {home, token: old} = await loggedIn()
        const temporary = makeHome()
        const cwd = folder({'new-token': input, 'rotate.sh': script})
        const outcome = await run('sh rotate.sh <new-token', {cwd, env: {...production.env, TMPDIR: temporary}, home})
        expect(readdirSync(temporary)).to.deep.equal([])
        return {home, old, outcome}
      }

      it('puts a new token in the place of the old one, and ends the old session', async () => {
        const {home, token: old} = await loggedIn()
        const [cwd, fresh] = [folder({}), await production.newToken()]
        writeFileSync(join(cwd, 'new-token'), `${fresh}\n`)
        await play(rotating!, {cwd, home})
        expect(existsSync(join(cwd, 'new-token'))).to.equal(false)
        expect(JSON.parse(readFile(home))).to.include({token: fresh})
        expect(filesWith(old, home)).to.deep.equal([])
        expect([production.isAlive(old), production.isAlive(fresh)]).to.deep.equal([false, true])
      })

      for (const [what, input, exit] of [
        ['nothing', '', 1],
        ['a token of two words', 'two words', 2],
        ['a token that IAM refuses', OTHER_TOKEN, 4],
      ] as const) {
        it(`changes nothing and ends with ${exit} at ${what}`, async () => {
          const {home, old, outcome} = await rotation(input)
          expect(outcome.exit).to.equal(exit)
          expect(JSON.parse(readFile(home))).to.include({token: old})
          expect(production.isAlive(old)).to.equal(true)
        })
      }

      it('changes nothing and ends with 1 at the token that is stored', async () => {
        const {home, token} = await loggedIn()
        const outcome = await run('sh rotate.sh <new-token', {cwd: folder({'new-token': token}), home})
        expect(outcome.exit).to.equal(1)
        expect(production.isAlive(token)).to.equal(true)
      })

      it('changes nothing and ends with 5 when IAM cannot be asked', async () => {
        const fresh = await production.newToken()
        const {home, token: old} = await loggedIn()
        const options = {cwd: folder({'new-token': fresh}), home}
        const outcome = await withoutIam(async () => run('sh rotate.sh <new-token', options))
        expect(outcome.exit).to.equal(5)
        expect(JSON.parse(readFile(home))).to.include({token: old})
        expect(production.isAlive(old)).to.equal(true)
      })

      it('stores the new token and ends with 7 when the end of the old session is not confirmed', async () => {
        const fresh = await production.newToken()
        // From there on, the proxy is not where it was; IAM comes back for the new token.
        const script = rotate!.text.replace(
          'nno logout --revoke ||',
          'HTTPS_PROXY=http://127.0.0.1:1 nno logout --revoke ||',
        )
        const {home, old, outcome} = await rotation(fresh, script)
        expect(outcome.exit).to.equal(7)
        expect(outcome.stderr).to.include('⚠ The session may still be valid.')
        expect(JSON.parse(readFile(home))).to.include({token: fresh})
        expect(production.isAlive(old)).to.equal(true)
      })

      it('leaves no token in the trial when it is terminated', async () => {
        const script = rotate!.text.replace('HOME=$trial nno whoami', () => 'kill -s TERM $$')
        const {home, old, outcome} = await rotation(await production.newToken(), script)
        expect(outcome.exit).to.equal(143)
        expect(JSON.parse(readFile(home))).to.include({token: old})
      })
    })

    describe('for a leak', () => {
      const languages = ['sh', 'text', 'sh', 'console', 'sh', 'console', 'console'] as const
      const [ending, shown, listing, revoking, all, checking, leaving] = blocks('leak.md', ...languages)

      /**
       * Runs a script in which a person logs in and approves the code. There is no terminal in a test:
       * --device says that the code is wanted all the same.
       */
      async function asPerson(script: string, home: string): Promise<Outcome> {
        const command = script.replace(/^nno login$/m, 'nno login --device')
        expect(command).not.to.equal(script)
        let approval: Promise<void> | undefined
        const outcome = await run(command, {
          home,
          watch(output) {
            const [, code] = /Code: ([A-Z]{4}-\d{4})/.exec(output) ?? []
            if (code) approval ??= iam.decide(code, 'approve')
          },
        })
        await approval
        production.tokens.push(JSON.parse(readFile(home)).token as string)
        return outcome
      }

      /** A folder with the leaked token in a file. */
      function found(token: string): string {
        const cwd = makeHome()
        writeFileSync(join(cwd, 'leaked-token'), `${token}\n`)
        return cwd
      }

      it('ends the session of the very token, and keeps the own login', async () => {
        const {home, token: own} = await loggedIn()
        const [leaked, temporary] = [await production.newToken(), makeHome()]
        const options = {cwd: found(leaked), env: {...production.env, TMPDIR: temporary}, home}
        for (let round = 0; round < 2; round++) {
          expect(await run(ending!.text, options)).to.include({exit: 0, stderr: '', stdout: shown!.text})
          expect([production.isAlive(leaked), production.isAlive(own)]).to.deep.equal([false, true])
          expect(JSON.parse(readFile(home))).to.include({token: own})
          expect(isClean(temporary)).to.equal(true)
        }
      })

      it('says with 7 that the session may live on', async () => {
        const [home, leaked] = [makeHome(), await production.newToken()]
        const outcome = await withoutIam(async () => run(ending!.text, {cwd: found(leaked), home}))
        expect(outcome.exit).to.equal(7)
        expect(outcome.stderr).to.match(/^⚠ The session may still be valid\./)
        expect(production.isAlive(leaked)).to.equal(true)
      })

      it('ends a session by its id, and all the others, from a fresh login', async () => {
        const home = makeHome()
        const listed = await asPerson(listing!.text, home)
        expect(listed.exit).to.equal(0)
        const own = JSON.parse(readFile(home)).token as string
        expect(listed.stdout).to.include(iam.sessions().find(({token}) => token === own)!.id)

        expect((await run('nno sessions revoke --others', {home})).exit).to.equal(0)
        const leaked = await production.newToken()
        await production.newToken()
        const {id} = iam.sessions().find(({token}) => token === leaked)!
        await play(revoking!, {home}, (command) => command.replaceAll(ids, id))
        expect(iam.sessions().map(({token}) => token)).to.deep.equal([own])
        await play(leaving!, {home})
        expect(iam.sessions()).to.deep.equal([])
        expect(readFile(home)).to.equal('{}')
      })

      it('ends all sessions, the new one too', async () => {
        const {home} = await loggedIn()
        await production.newToken()
        expect((await run(all!.text, {home})).exit).to.equal(0)
        expect(iam.sessions()).to.deep.equal([])
        expect(readFile(home)).to.equal('{}')
      })

      it('ends nothing without a login (3), without IAM (5), or with a broken file (6)', async () => {
        const {home, token} = await loggedIn()
        expect((await run(all!.text, {home: makeHome()})).exit).to.equal(3)
        expect((await run(all!.text, {home: homeWith('{"token":')})).exit).to.equal(6)
        expect((await withoutIam(async () => run(all!.text, {home}))).exit).to.equal(5)
        expect(production.isAlive(token)).to.equal(true)
      })

      it('tells a token that is dead from one that is alive', async () => {
        const {home, token} = await loggedIn()
        const asking = stepsOf(checking!)[0]!.command
        expect((await run(asking, {cwd: found(token), home})).stdout).to.equal('200\n')
        await run('nno logout --revoke', {home})
        const cwd = found(token)
        await play(checking!, {cwd, home})
        expect(readdirSync(cwd)).to.deep.equal([])
      })
    })

    describe('behind a proxy', () => {
      const [setting, password, scheme, untrusted] = blocks('proxy.md', 'sh', 'sh', 'console', 'console')

      const replace = (text: string) =>
        text
          .replace('proxy.example:3128', new URL(production.proxy.url).host)
          .replace('/etc/ssl/certs/company-ca.pem', production.caPath)

      beforeEach(() => {
        production.proxy.asked.length = 0
      })

      it('goes through it, with a company CA', async () => {
        const {home} = await loggedIn()
        for (const script of [setting!.text, setting!.text.replace('HTTPS_PROXY', 'HTTP_PROXY')]) {
          const outcome = await run(replace(script), {env: {}, home})
          expect(outcome).to.include({exit: 0, stderr: ''})
        }

        const asked = {authorization: undefined, host: 'iam.svc.nno.app:443'}
        expect(production.proxy.asked).to.deep.equal([asked, asked])
      })

      it('hands it a name and a password', async () => {
        const {home} = await loggedIn()
        const {NODE_EXTRA_CA_CERTS} = production.env
        expect(
          (await run(replace(password!.text), {env: {NODE_EXTRA_CA_CERTS: NODE_EXTRA_CA_CERTS!}, home})).exit,
        ).to.equal(0)
        const [asked] = production.proxy.asked
        expect(asked!.authorization).to.equal(`Basic ${Buffer.from('me:p@ss').toString('base64')}`)
      })

      it('says what is wrong', async () => {
        const {home} = await loggedIn()
        const before = iam.requests.length
        for (const block of [scheme!, untrusted!]) await play(block, {env: {}, home}, replace)
        expect(iam.requests).to.have.length(before)
      })

      it('hears from Node that the file of the CA is not there', async () => {
        const {home} = await loggedIn()
        const env = {...production.env, NODE_EXTRA_CA_CERTS: '/no/such/file.pem'}
        const {exit, stderr} = await run('nno whoami', {env, home})
        expect(exit).to.equal(5)
        expect(stderr).to.include('Ignoring extra certs')
      })
    })

    describe('on a shared machine', () => {
      const [modes, warning, leaving] = blocks('shared-machine.md', 'console', 'console', 'console')

      it('closes the file to others, warns where it is open, and closes it again', async () => {
        const [home, cwd, token] = [makeHome(), makeHome(), await production.newToken()]
        writeFileSync(join(cwd, 'token'), token)
        for (const block of [modes!, warning!, leaving!]) await play(block, {cwd, home})
        expect(readFile(home)).to.equal('{}')
        expect(production.isAlive(token)).to.equal(false)
      })
    })
  })
}
