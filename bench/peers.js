import {execFileSync} from 'node:child_process'
import {mkdirSync, readFileSync, realpathSync} from 'node:fs'
import {join} from 'node:path'

/** Other command lines that log out: what they are in npm, and what their logout is called. */
const FROM_NPM = [
  {args: ['logout'], bin: 'wrangler', name: 'wrangler'},
  {args: ['logout'], bin: 'firebase', name: 'firebase-tools'},
  {args: ['logout'], bin: 'netlify', name: 'netlify-cli'},
  {args: ['auth:logout'], bin: 'heroku', name: 'heroku'},
]
/** Those that are measured where they are installed. */
const ON_PATH = [
  {args: ['logout'], bin: 'npm'},
  {args: ['auth', 'logout', '--hostname', 'github.com'], bin: 'gh'},
]

const quiet = {encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore']}

/**
 * What starts a program on the PATH, or one of a path. A script for Node is given to it at once, as nno
 * is, without the `env` of its first line, which looks for Node on the PATH.
 */
export function programOf(program) {
  const path = realpathSync(execFileSync('which', [program], quiet).trim())
  return /^#!.*\bnode\b/.test(readFileSync(path, 'utf8')) ? [process.execPath, path] : [path]
}

/** Installs what npm has into a folder, and leaves out, with a word, what cannot be had here. */
export function installPeers(folder, prepare) {
  mkdirSync(folder, {recursive: true})
  const peers = [
    ...ON_PATH.map(({args, bin}) => ({args, name: bin, program: () => programOf(bin)})),
    ...FROM_NPM.map(({args, bin, name}) => ({
      args,
      isSlow: true,
      name: bin,
      program() {
        const prefix = join(folder, bin)
        mkdirSync(prefix)
        execFileSync('npm', ['install', '--prefix', prefix, '--no-audit', '--no-fund', '--silent', name], quiet)
        return programOf(join(prefix, 'node_modules', '.bin', bin))
      },
    })),
  ]
  return peers.flatMap(({args, isSlow = false, name, program}) => {
    try {
      const command = program()
      const [file, ...before] = command
      const version = execFileSync(file, [...before, '--version'], quiet).match(/\d+\.\d+\.\d+/)?.[0]
      return [{command: [...command, ...args], isSlow, name: [name, ...args].join(' '), prepare, version}]
    } catch {
      console.error(`${name} cannot be had here.`)
      return []
    }
  })
}
