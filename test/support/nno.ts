import {spawn} from 'node:child_process'
import {mkdirSync, symlinkSync} from 'node:fs'
import {delimiter, dirname, join} from 'node:path'
import {fileURLToPath} from 'node:url'

import {OTHER_TOKEN, TOKEN} from './home.js'

export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
export const NNO = join(ROOT, 'bin', 'run.js')

/** What a process left behind. `exit` is null when a signal ended it. */
export type Outcome = {exit: null | number; signal: NodeJS.Signals | null; stderr: string; stdout: string}

type Options = {
  /** The folder to run in; without it, that of the tests. */
  cwd?: string
  env?: Record<string, string>
  home: string
  /** What standard input holds. Without it, standard input is empty; 'open' is never ended. */
  input?: Buffer | string | {open: true}
  /** For `nno token`, the one command that prints one. */
  mayShowToken?: boolean
  /** Called with all that has come on stdout and stderr so far, whenever there is more. */
  watch?: ((output: string) => void) | undefined
  /** A program and its arguments to start node with, such as setpriv. */
  wrapper?: string[]
}

/** Runs the built nno in a process of its own, with nothing in its environment but PATH and HOME. */
export async function nno(args: string[], options: Options): Promise<Outcome> {
  return execute([...(options.wrapper ?? []), process.execPath, NNO, ...args], options)
}

/** Runs a shell script in which `nno` is the built nno. */
export async function shell(script: string, options: Options): Promise<Outcome> {
  return execute([...(options.wrapper ?? []), 'sh', '-c', script], options)
}

/** Runs a command line in a pseudo-terminal, whose output is stdout and stderr in one. */
export async function terminal(commandLine: string, options: Options): Promise<string> {
  const {exit, stdout} = await execute(
    ['script', '--quiet', '--return', '--command', commandLine, '/dev/null'],
    options,
  )
  if (exit === null) throw new Error('the terminal did not end')
  return stdout.replaceAll('\r\n', '\n')
}

async function execute([program, ...args]: string[], options: Options): Promise<Outcome> {
  const child = spawn(program!, args, {
    cwd: options.cwd,
    env: {HOME: options.home, PATH: pathWithNno(), ...options.env},
    stdio: 'pipe',
    timeout: 60_000,
  })
  const {input} = options
  child.stdin.on('error', () => {})
  if (typeof input === 'string' || Buffer.isBuffer(input) || input === undefined) child.stdin.end(input)
  const {watch} = options
  if (watch) {
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        output += chunk
        watch(output)
      })
    }
  }

  const [stdout, stderr, [exit, signal]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<[null | number, NodeJS.Signals | null]>((resolve, reject) => {
      child.on('error', reject)
      child.on('exit', (code, by) => resolve([code, by]))
    }),
  ])
  child.stdin.destroy()
  if (!options.mayShowToken) {
    for (const token of [TOKEN, OTHER_TOKEN]) {
      if ((stdout + stderr).includes(token)) throw new Error(`a token was shown by: ${[program, ...args].join(' ')}`)
    }
  }

  return {exit, signal, stderr, stdout}
}

async function text(stream: NodeJS.ReadableStream): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

/** The path of this process, behind a folder where `nno` is the built one and `node` the one that runs now. */
function pathWithNno(): string {
  const folder = join(ROOT, 'node_modules', '.cache', `nno-test-bin-${process.version}`)
  mkdirSync(folder, {recursive: true})
  for (const [name, target] of Object.entries({nno: NNO, node: process.execPath})) {
    try {
      symlinkSync(target, join(folder, name))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }

  return [folder, process.env.PATH].join(delimiter)
}
