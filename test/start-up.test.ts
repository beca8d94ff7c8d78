import {expect} from 'chai'
import {execFileSync} from 'node:child_process'
import {readFileSync, statSync} from 'node:fs'
import {join, relative, sep} from 'node:path'

import {credentialPath, CREDENTIALS, homeWith, makeHome} from './support/home.js'
import {NNO, ROOT} from './support/nno.js'

type Loaded = {builtins: string[]; modules: string[]; opened: string[]}

/** What Node loads to run a file, with the names of nno's own files as seen from its folder. */
function load(home: string, ...args: string[]): Loaded {
  const file = join(home, 'loaded.json')
  execFileSync(process.execPath, ['--require', join(ROOT, 'test', 'support', 'loaded.cjs'), ...args], {
    env: {HOME: home, LOADED_FILE: file, PATH: process.env.PATH},
    stdio: 'pipe',
  })
  const {builtins, modules, opened} = JSON.parse(readFileSync(file, 'utf8')) as Loaded
  const name = (path: string) => (path.startsWith(ROOT) ? relative(ROOT, path).split(sep).join('/') : path)
  // Node itself opens files too, when it reads modules: those are counted among the modules.
  const files = opened.map((path) => name(path)).filter((path) => !/^(?:bin|dist)\//.test(path))
  return {builtins, modules: modules.map((path) => name(path)), opened: files}
}

describe('what `nno logout` loads', () => {
  let home: string
  let logout: Loaded

  before(() => {
    home = homeWith(CREDENTIALS)
    logout = load(home, NNO, 'logout')
  })

  it('is two files, and nothing of IAM, of the help, of tables, browsers and proxies', () => {
    expect(logout.modules).to.deep.equal(['bin/run.js', 'dist/main.cjs'])
  })

  it('is little to read', () => {
    const bytes = logout.modules.reduce((sum, file) => sum + statSync(join(ROOT, file)).size, 0)
    expect(bytes).to.be.lessThan(92_000)
  })

  it('is the manifest and the credential file, and no other', () => {
    const path = credentialPath(home)
    expect(logout.opened.filter((file) => file !== path)).to.deep.equal(['oclif.manifest.json'])
    expect(logout.opened).to.include(path)
  })

  it('is no module of Node that Node has not loaded by itself', () => {
    expect(logout.builtins).to.deep.equal([])
  })
})

describe('what other commands load', () => {
  it('is no file more for --version', () => {
    const {modules} = load(makeHome(), NNO, '--version')
    expect(modules).to.deep.equal(['bin/run.js', 'dist/main.cjs'])
  })

  it('is two more files for whoami --offline, and nothing of IAM', () => {
    const {modules} = load(homeWith(CREDENTIALS), NNO, 'whoami', '--offline')
    expect(modules).to.have.members([
      'bin/run.js',
      'dist/chunks/rolldown-runtime.cjs',
      'dist/commands/whoami.cjs',
      'dist/main.cjs',
    ])
  })

  it('is nothing of IAM, and little of Node, for the help', () => {
    const {builtins, modules} = load(makeHome(), NNO, 'help', 'logout')
    expect(modules.filter((file) => /http|undici/.test(file))).to.deep.equal([])
    expect(modules).to.have.length.lessThan(8)
    expect(builtins).not.to.include('child_process')
  })
})
