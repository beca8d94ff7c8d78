import {execFileSync} from 'node:child_process'
import {cpSync, mkdtempSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {ROOT} from '../support/nno.js'

/** Fails where the machine lacks what these tests need: a test that did not run proves nothing. */
export function requireRootAnd(...tools: string[]): void {
  if (process.geteuid?.() !== 0) throw new Error('the fault tests need root: they mount disks and change users')
  for (const tool of tools) {
    try {
      execFileSync('sh', ['-c', 'command -v "$0"', tool], {stdio: 'ignore'})
    } catch {
      throw new Error(`the fault tests need ${tool}`)
    }
  }
}

/** Runs a program for the test's own purposes, and returns what it prints. */
export function run(program: string, ...args: string[]): string {
  return execFileSync(program, args, {encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe']})
}

/** Works through a list, a few at a time. */
export async function forEachOf<T>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = [...items]
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item)
  }

  await Promise.all(Array.from({length: atOnce}, worker))
}

/** A clone may be in a folder that nobody else can enter: other users run a copy of nno, and a copy of node. */
export function copyForOthers(): string {
  const copy = mkdtempSync(join(tmpdir(), 'nno-test-copy-'))
  for (const name of ['bin', 'dist', 'oclif.manifest.json', 'package.json']) {
    cpSync(join(ROOT, name), join(copy, name), {recursive: true})
  }

  cpSync(process.execPath, join(copy, 'node'))
  run('chmod', '-R', 'a+rX', copy)
  return copy
}
