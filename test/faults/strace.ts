import {readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {nno, type Outcome} from '../support/nno.js'

/**
 * A system call of nno that touches the home folder: the nth of its name in the process. Extra is
 * what a login does once it is saved: blanking what it replaced, and sweeping up after others.
 */
export type Call = {isExtra: boolean; line: string; name: string; nth: number}

let logs = 0

async function straced(args: string[], home: string, options: string[]): Promise<{log: string[]; outcome: Outcome}> {
  const path = join(tmpdir(), `nno-strace-${process.pid}-${logs++}.log`)
  const outcome = await nno(args, {
    home,
    mayShowToken: args[0] === 'token',
    wrapper: ['strace', '-y', '-o', path, ...options],
  })
  const log = readFileSync(path, 'utf8').split('\n')
  rmSync(path)
  return {log, outcome}
}

/** Every system call of one run of nno that names something in the home folder, in order. */
export async function traceCalls(args: string[], home: string): Promise<Call[]> {
  const {log, outcome} = await straced(args, home, ['-e', 'trace=%file,%desc'])
  if (outcome.exit === null) throw new Error('nno did not end under strace')
  const seen = new Map<string, number>()
  let isExtra = false
  return log.flatMap((line) => {
    const name = /^(\w+)\(/.exec(line)?.[1]
    if (!name) return []
    const nth = (seen.get(name) ?? 0) + 1
    seen.set(name, nth)
    isExtra ||= args[0] === 'login' && line.includes('(deleted)')
    return line.includes(home) && name !== 'execve' ? [{isExtra, line, name, nth}] : []
  })
}

/**
 * Runs nno while one of its calls fails with an errno, or is the last before SIGKILL.
 *
 * @returns undefined when another call was hit, since Node opened a file more or less this time
 */
export async function inject(args: string[], home: string, call: Call, fault: string): Promise<Outcome | undefined> {
  const {log, outcome} = await straced(args, home, [
    '-e',
    `trace=${call.name}`,
    '-e',
    `inject=${call.name}:${fault}:when=${call.nth}`,
  ])
  const hit = fault.startsWith('signal')
    ? log.findLast((line) => /^\w+\(/.test(line))
    : log.find((line) => line.includes('(INJECTED)'))
  return hit?.includes(home) ? outcome : undefined
}

/** Whether nno opened a socket to another machine, its own included. */
export async function internetSockets(args: string[], home: string): Promise<string[]> {
  const {log} = await straced(args, home, ['-f', '-e', 'trace=socket,connect'])
  return log.filter((line) => /AF_INET/.test(line))
}
