import {expect} from 'chai'
import {execFileSync, spawnSync} from 'node:child_process'
import {mkdirSync, readdirSync, symlinkSync} from 'node:fs'
import {join} from 'node:path'

import {makeHome, modeOf, readFile} from '../support/home.js'
import {ROOT} from '../support/nno.js'

describe('the standalone tarball', function () {
  this.timeout(120_000)
  let home: string
  let bin: string

  before(() => {
    const folder = join(ROOT, 'standalone')
    const [tarball, ...more] = readdirSync(folder)
    expect(more, 'one tarball: the one that was just packed').to.deep.equal([])
    const unpacked = join(makeHome(), 'unpacked')
    mkdirSync(unpacked)
    execFileSync('tar', ['--extract', '--file', join(folder, tarball!), '--directory', unpacked])
    bin = join(unpacked, 'nno', 'bin', 'nno')
    home = makeHome()
  })

  /** With no Node, no shell and nothing else to be found. */
  function run(program: string, ...args: string[]) {
    const {signal, status, stderr, stdout} = spawnSync(program, args, {
      cwd: home,
      encoding: 'utf8',
      env: {HOME: home, PATH: ''},
      input: '',
    })
    return {exit: status ?? signal, stderr, stdout}
  }

  it('logs in and out', () => {
    expect(run(bin, 'login', '--token', 'standalone-token', '--offline')).to.deep.equal({
      exit: 0,
      stderr: '',
      stdout: '✔ Authenticated via token\n',
    })
    expect(modeOf(join(home, '.nno', 'credentials.json'))).to.equal('600')
    expect(run(bin, 'logout')).to.deep.equal({exit: 0, stderr: '', stdout: '✔ Logged out successfully\n'})
    expect(readFile(home)).to.equal('{}')
    expect(run(bin, 'logout').stdout).to.equal('ℹ Not currently logged in\n')
  })

  it('shows its help', () => {
    const {exit, stderr, stdout} = run(bin, 'help', 'logout')
    expect({exit, stderr}).to.deep.equal({exit: 0, stderr: ''})
    expect(stdout).to.include('$ nno logout')
  })

  it('runs through a symbolic link, as one puts it on the PATH', () => {
    const link = join(home, 'nno')
    symlinkSync(bin, link)
    expect(run(link, 'whoami', '--offline').exit).to.equal(3)
    expect(run(link, 'logut').stderr).to.include('nno logout')
  })

  it('asks an IAM over the network, with the libraries that are loaded late', () => {
    run(bin, 'login', '--token', 'standalone-token', '--offline', '--iam-url', 'http://127.0.0.1:9')
    const {exit, stderr} = run(bin, 'whoami')
    expect(exit).to.equal(5)
    expect(stderr).to.include('IAM unreachable')
  })
})
