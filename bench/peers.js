import {execFileSync} from 'node:child_process'
import {mkdirSync} from 'node:fs'
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
 * Installs what npm has into a folder, and leaves out, with a word, what cannot be had here.
 *
 */
export function installPeers(folder, prepare) {
  mkdirSync(folder, {recursive: true})
  const peers = [
    ...ON_PATH.map(({args, bin}) => ({args, name: bin, path: () => execFileSync('which', [bin], quiet).trim()})),
    ...FROM_NPM.map(({args, bin, name}) => ({
      args,
      name: bin,
      path() {
        const prefix = join(folder, bin)
        mkdirSync(prefix)
        execFileSync('npm', ['install', '--prefix', prefix, '--no-audit', '--no-fund', '--silent', name], quiet)
        return join(prefix, 'node_modules', '.bin', bin)
      },
    })),
  ]
  return peers.flatMap(({args, name, path}) => {
    try {
      const program = path()
      const version = execFileSync(program, ['--version'], quiet).match(/\d+\.\d+\.\d+/)?.[0]
      return [{command: [program, ...args], name: [name, ...args].join(' '), prepare, version}]
    } catch {
      console.error(`${name} cannot be had here.`)
      return []
    }
  })
}
