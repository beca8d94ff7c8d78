// Measures how long nno takes to start, against a bare Node in the same run. See docs/performance.md.
import {execFileSync, spawn} from 'node:child_process'
import {once} from 'node:events'
import {copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {cpus, tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import {setTimeout} from 'node:timers/promises'
import {fileURLToPath} from 'node:url'
import {parseArgs} from 'node:util'

import {MAJORS, nodeOf} from '../scripts/nodes.js'
import {installPeers, programOf} from './peers.js'

const {values: options} = parseArgs({
  options: {
    nodes: {default: MAJORS.join(','), type: 'string'},
    peers: {default: false, type: 'boolean'},
    rounds: {default: '20', type: 'string'},
  },
})
const root = dirname(dirname(fileURLToPath(import.meta.url)))
const folder = mkdtempSync(join(tmpdir(), 'nno-bench-'))
const maxRss = join(root, 'bench', 'max-rss.cjs')
const nno = join(root, 'bin', 'run.js')

/** Outside of nno's folder, whose package.json would have Node start its loader of ES modules for it. */
const empty = join(folder, 'empty.js')
writeFileSync(empty, '')

/** A home folder of its own, and nothing else in the environment: NODE_EXTRA_CA_CERTS alone slows every Node down. */
const home = join(folder, 'home')
mkdirSync(join(home, '.nno'), {mode: 0o700, recursive: true})
const env = {HOME: home, PATH: process.env.PATH}

const stored = join(home, '.nno', 'credentials.json')
const credentials = join(folder, 'credentials.json')
execFileSync(process.execPath, [nno, 'login', '--token', 'bench-token', '--offline'], {env})
copyFileSync(stored, credentials)
const logIn = `cp ${credentials} ${stored}`
const logOut = `rm -f ${stored} ${home}/.npmrc`

/** How often to measure what takes a second and more. */
const SLOW_ROUNDS = 5

/** What is measured on one Node: a name, a command line, and what brings the home into the state that it needs. */
const commandsOn = (node) => [
  {command: [node, empty], name: 'node empty.js', prepare: logOut},
  {command: [node, nno, 'logout'], name: 'nno logout', prepare: logOut},
  {command: [node, nno, 'logout'], name: 'nno logout, with credentials to clear', prepare: logIn},
  {command: [node, nno, '--version'], name: 'nno --version', prepare: logOut},
  {command: [node, nno, 'help', 'logout'], name: 'nno help logout', prepare: logOut},
  {command: [node, nno, 'whoami', '--offline'], name: 'nno whoami --offline', prepare: logIn},
]

/** The times of each command in milliseconds: a few runs of one, then of the next, round after round. */
function measure(commands, rounds) {
  const file = join(folder, 'times.json')
  const times = new Map(commands.map((command) => [command, []]))
  for (let round = 0; round < rounds; round++) {
    const due = commands.filter(({isSlow}) => !isSlow || round < SLOW_ROUNDS)
    const words = due.flatMap(({command, prepare}) => ['--prepare', prepare, command.join(' ')])
    const args = ['--shell=none', '--ignore-failure', '--style=none', '--runs=3', `--export-json=${file}`, ...words]
    execFileSync('hyperfine', args, {env, stdio: ['ignore', 'ignore', 'pipe']})
    const {results} = JSON.parse(readFileSync(file, 'utf8'))
    for (const [index, result] of results.entries())
      times.get(due[index]).push(...result.times.map((time) => time * 1000))
  }

  return [...times.values()].map((all) => all.sort((a, b) => a - b))
}

/** The most memory that a Node process had, in bytes: the least of three runs. */
function peakMemory([node, ...args], prepare) {
  const runs = [1, 2, 3].map(() => {
    execFileSync('sh', ['-c', prepare])
    const file = join(folder, 'max-rss')
    const words = ['--require', maxRss, ...args]
    execFileSync(node, words, {env: {...env, MAX_RSS_FILE: file}, stdio: 'ignore'})
    return Number(readFileSync(file, 'utf8'))
  })
  return Math.min(...runs)
}

let registry

/** npm with a session to end at a registry on this machine: without one, its logout gives up at once. */
async function npmWithToken() {
  registry = spawn(process.execPath, [join(root, 'bench', 'registry.cjs')], {stdio: ['ignore', 'pipe', 'inherit']})
  const [port] = await once(registry.stdout, 'data')
  const npmrc = join(folder, 'npmrc')
  const url = `127.0.0.1:${Number(port)}/`
  writeFileSync(npmrc, `registry=http://${url}\n//${url}:_authToken=bench-token\n`)
  return {
    command: [...programOf('npm'), 'logout'],
    name: 'npm logout, with a token to revoke',
    prepare: `cp ${npmrc} ${home}/.npmrc`,
  }
}

/** Some peers leave processes behind that write for a while, so that a folder just emptied is not empty. */
async function removeFolder() {
  for (let attempt = 1; ; attempt++) {
    try {
      rmSync(folder, {force: true, recursive: true})
      return
    } catch (error) {
      if (attempt === 20) throw error
      await setTimeout(500)
    }
  }
}

const printRow = (...cells) => console.log(`| ${cells.join(' | ')} |`)

function printTable(headings, rows) {
  printRow(...headings)
  printRow(...headings.map(() => '---'))
  for (const row of rows) printRow(...row)
  console.log('')
}

try {
  console.log(`${cpus()[0].model}, ${cpus().length} cores, ${process.platform}-${process.arch}\n`)
  for (const major of options.nodes.split(',').filter(Boolean)) {
    const node = nodeOf(major)
    const commands = commandsOn(node)
    const times = measure(commands, Number(options.rounds))
    const memory = commands.map(({command, prepare}) => peakMemory(command, prepare))
    console.log(`Node ${execFileSync(node, ['--version'], {encoding: 'utf8'}).trim()}\n`)
    printTable(
      ['', 'best', 'median', 'best against bare', 'peak memory', 'against bare'],
      commands.map(({name}, index) => [
        `\`${name}\``,
        `${times[index][0].toFixed(1)} ms`,
        `${times[index][Math.floor(times[index].length / 2)].toFixed(1)} ms`,
        (times[index][0] / times[0][0]).toFixed(2),
        `${(memory[index] / 2 ** 20).toFixed(1)} MiB`,
        (memory[index] / memory[0]).toFixed(2),
      ]),
    )
  }

  if (options.peers) {
    const peers = installPeers(join(folder, 'peers'), logOut)
    const npm = await npmWithToken()
    const commands = [...commandsOn(process.execPath).slice(0, 3), npm, ...peers]
    const times = measure(commands, Number(options.rounds))
    printTable(
      ['', 'version', 'best', 'best against bare', 'best against `nno logout`', 'with credentials to clear'],
      commands.map(({name, version = ''}, index) => [
        `\`${name}\``,
        version,
        `${times[index][0].toFixed(1)} ms`,
        (times[index][0] / times[0][0]).toFixed(1),
        (times[index][0] / times[1][0]).toFixed(1),
        (times[index][0] / times[2][0]).toFixed(1),
      ]),
    )
  }
} finally {
  registry?.kill()
  await removeFolder()
}
