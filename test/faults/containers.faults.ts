import {expect} from 'chai'
import {chmodSync, chownSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {delimiter, dirname, join} from 'node:path'

import {makeHome} from '../support/home.js'
import {type Block, blocksOf, stepsOf} from '../support/markdown.js'
import {ROOT, shell} from '../support/nno.js'
import {Production} from '../support/production.js'
import {copyForOthers, requireRootAnd, run} from './tools.js'

/** The user of the guide, and their home there. */
const USER = 1000
const HOME = '/home/node'

const blocksIn = (guide: string) => blocksOf(readFileSync(join(ROOT, 'docs', 'guides', guide), 'utf8'))

/** docs/guides/containers.md without Docker: its user, its disks, and its mount options. */
describe('the guide for containers', function () {
  this.timeout(60_000)
  const production = new Production()
  const found = blocksIn('containers.md')
  const [readOnly, docker, loggingIn, foreign, dockerWithHome, atRoot, nowhere] = found
  let path: string
  let copy: string
  let mounted: string[]

  before(async () => {
    requireRootAnd('mount', 'setpriv', 'umount')
    await production.start()
    chmodSync(dirname(production.caPath), 0o755)
    copy = copyForOthers()
    path = [join(copy, 'path'), process.env.PATH].join(delimiter)
    mkdirSync(join(copy, 'path'))
    symlinkSync('../bin/run.js', join(copy, 'path', 'nno'))
    symlinkSync('../node', join(copy, 'path', 'node'))
  })

  after(async () => {
    await production.stop()
    rmSync(copy, {force: true, recursive: true})
  })

  beforeEach(() => {
    mounted = []
  })

  afterEach(() => {
    for (const folder of mounted.reverse()) run('umount', folder)
  })

  function mount(folder: string, ...args: string[]): void {
    run('mount', ...args, folder)
    if (!mounted.includes(folder)) mounted.push(folder)
  }

  /** A home of the user, on a disk that is read-only, with an empty folder to mount something on. */
  function readOnlyHome(...folders: string[]): string {
    const home = makeHome()
    chownSync(home, USER, USER)
    for (const folder of folders) mkdirSync(join(home, folder))
    mount(home, '--bind', home)
    run('mount', '-o', 'remount,ro,bind', home)
    return home
  }

  /** The options of a line with --tmpfs; without any, Docker's own. */
  const tmpfsOptions = ({text}: Block) => /--tmpfs [\w./]+:?(\S*)/.exec(text)![1] || 'mode=1777'

  async function asUser(command: string, home: string, token: string, cwd = '/') {
    return shell(command, {
      cwd,
      env: {...production.env, NNO_API_TOKEN: token, PATH: path},
      home,
      wrapper: ['setpriv', `--reuid=${USER}`, `--regid=${USER}`, '--clear-groups'],
    })
  }

  async function play(block: Block, home: string): Promise<void> {
    const token = await production.newToken()
    for (const {command, shown} of stepsOf(block)) {
      const {exit, stdout} = await asUser(`exec 2>&1; ${command}`, home, token)
      const output = stdout.replaceAll(home, HOME) + (exit === 0 ? '' : `[exit ${exit}]\n`)
      expect(output, command).to.equal(shown)
      expect(output).not.to.include(token)
    }
  }

  it('has no command that is not run, but for Docker', () => {
    const languages = ['console', 'sh', 'console', 'console', 'sh', 'console', 'console']
    expect(found.map(({language}) => language)).to.deep.equal(languages)
    expect(found.filter(({notRun}) => notRun)).to.deep.equal([docker, dockerWithHome])
    for (const {text} of [docker!, dockerWithHome!]) expect(text).to.match(/^docker run .*sh work\.sh <token\n$/s)
  })

  it('tells what a read-only home means', async () => {
    await play(readOnly!, readOnlyHome())
  })

  it('gives the options of a tmpfs that works', async () => {
    const home = readOnlyHome('.nno')
    mount(join(home, '.nno'), '-t', 'tmpfs', '-o', tmpfsOptions(docker!), 'nno-test')
    await play(loggingIn!, home)
  })

  it('tells what a volume of root means', async () => {
    const home = readOnlyHome('.nno')
    mount(join(home, '.nno'), '-t', 'tmpfs', '-o', 'mode=1777', 'nno-test')
    await play(foreign!, home)
  })

  it('makes such a volume a home, where work.sh works', async () => {
    const home = makeHome()
    mount(home, '-t', 'tmpfs', '-o', tmpfsOptions(dockerWithHome!), 'nno-test')
    await play(loggingIn!, home)

    const work = blocksIn('shell.md')[0]!
    const [cwd, token] = [makeHome(), await production.newToken()]
    chmodSync(cwd, 0o755)
    writeFileSync(join(cwd, 'work.sh'), work.text)
    const {exit, stdout} = await asUser(`printf %s "$NNO_API_TOKEN" | sh work.sh`, home, token, cwd)
    expect(exit).to.equal(0)
    expect(stdout).to.match(/✔ Logged out successfully\n$/)
    expect(readFileSync(join(home, '.nno', 'credentials.json'), 'utf8')).to.equal('{}')
  })

  it('tells what a user without a home sees', async () => {
    for (const block of [atRoot!, nowhere!]) await play(block, makeHome())
  })
})
