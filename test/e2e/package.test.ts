import {expect} from 'chai'
import {execFileSync} from 'node:child_process'
import {existsSync, mkdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'

import {makeHome} from '../support/home.js'
import {ROOT} from '../support/nno.js'

const isWindows = process.platform === 'win32'

describe('the package', function () {
  this.timeout(120_000)

  it('installs from its tarball alone, and runs', () => {
    const home = makeHome()
    const npm = (...args: string[]) =>
      execFileSync('npm', [...args, '--offline', '--cache', join(home, 'cache')], {
        cwd: ROOT,
        encoding: 'utf8',
        env: {...process.env, HOME: home},
        shell: isWindows,
        stdio: ['ignore', 'pipe', 'pipe'],
      })
    // Not built again here: other tests are running what is in dist/.
    const [packed] = JSON.parse(npm('pack', '--json', '--ignore-scripts', '--pack-destination', home)) as [
      {filename: string; files: Array<{path: string}>; size: number; unpackedSize: number},
    ]
    const tops = new Set(packed.files.map(({path}) => path.split('/')[0]))
    expect([...tops].sort()).to.deep.equal(
      [
        'CHANGELOG.md',
        'LICENSE',
        'README.md',
        'bin',
        'completions',
        'dist',
        'oclif.manifest.json',
        'package.json',
      ].sort(),
    )
    expect(packed.files.map(({path}) => path)).not.to.include('bin/dev.js')
    // Little more than today: a library that slips into the bundle is to be noticed.
    expect(packed.size).to.be.lessThan(330_000)
    expect(packed.unpackedSize).to.be.lessThan(1_100_000)
    const {dependencies, optionalDependencies} = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
    expect({dependencies, optionalDependencies}).to.deep.equal({
      dependencies: undefined,
      optionalDependencies: undefined,
    })

    const prefix = join(home, 'prefix')
    mkdirSync(prefix)
    npm('install', '--global', '--prefix', prefix, join(home, packed.filename))
    const bin = isWindows ? join(prefix, 'nno.cmd') : join(prefix, 'bin', 'nno')
    const help = execFileSync(bin, ['help', 'logout'], {encoding: 'utf8', shell: isWindows})
    expect(help).to.include('$ nno logout')
    const modules = join(prefix, ...(isWindows ? [] : ['lib']), 'node_modules')
    expect(existsSync(join(modules, '@neutrino-io', 'cli', 'package.json'))).to.equal(true)
    expect(existsSync(join(modules, '@neutrino-io', 'cli', 'node_modules'))).to.equal(false)
  })
})
