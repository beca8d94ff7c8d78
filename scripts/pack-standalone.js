// Packs nno with a Node of its own, for people without one: standalone/nno-VERSION-PLATFORM-ARCH.tar.gz.
// What is in dist/ is packed: `npm run pack:standalone` builds it first.
import {execFileSync} from 'node:child_process'
import {cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import {fileURLToPath} from 'node:url'

import {nodeOf} from './nodes.js'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const {version} = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const name = `nno-${version}-${process.platform}-${process.arch}.tar.gz`
const work = mkdtempSync(join(tmpdir(), 'nno-standalone-'))
try {
  const folder = join(work, 'nno')
  for (const path of ['completions', 'dist', 'oclif.manifest.json']) {
    cpSync(join(root, path), join(folder, 'lib', path), {recursive: true})
  }

  for (const path of ['CHANGELOG.md', 'LICENSE', 'README.md']) cpSync(join(root, path), join(folder, path))
  // The first line of Node that makes executables without further tools.
  const node = nodeOf(26)
  cpSync(join(dirname(node), '..', 'LICENSE'), join(folder, 'lib', 'NODE-LICENSE'))
  mkdirSync(join(folder, 'bin'))
  const config = join(work, 'executable.json')
  writeFileSync(
    config,
    JSON.stringify({
      disableExperimentalSEAWarning: true,
      main: join(root, 'scripts', 'standalone-main.cjs'),
      output: join(folder, 'bin', process.platform === 'win32' ? 'nno.exe' : 'nno'),
      useCodeCache: true,
    }),
  )
  execFileSync(node, ['--build-sea', config], {stdio: ['ignore', 'ignore', 'inherit']})

  const target = join(root, 'standalone')
  rmSync(target, {force: true, recursive: true})
  mkdirSync(target)
  const tarball = join(target, name)
  execFileSync('tar', ['--create', '--gzip', '--file', tarball, '--directory', work, 'nno'])
  console.log(`standalone/${name}: ${(statSync(tarball).size / 2 ** 20).toFixed(1)} MiB`)
} finally {
  rmSync(work, {force: true, recursive: true})
}
