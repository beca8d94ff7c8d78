import {readlinkSync, realpathSync, type Stats, statSync} from 'node:fs'
import {basename, dirname, join, resolve} from 'node:path'

import {OpenFor, readUpTo, step, stepUnlessMissing, withFile} from './disk.js'
import {wrongKind} from './faults.js'
import {MAX_FILE_BYTES, parse, type Verdict} from './schema.js'

/** What one look at the file saw. */
export type Sight = {bytes: Buffer; status: Stats; verdict: Verdict}

/** How often something is tried again because another nno may be at the file. */
export const ATTEMPTS = 5

/** What the file at a path holds, or undefined when there is none. */
export function look(path: string): Sight | undefined {
  for (let attempt = 1; ; attempt++) {
    const sight = stepUnlessMissing('open', () =>
      withFile(path, OpenFor.reading, (fd, status) => lookThrough(path, fd, status)),
    )
    // A login that comes in between blanks the file that was opened: what it put in its place counts.
    if (sight?.verdict.state !== 'empty' || leadsTo(path, sight.status) || attempt === ATTEMPTS) return sight
  }
}

/** What an open file holds. */
export function lookThrough(path: string, fd: number, status: Stats): Sight {
  requireFile(path, status)
  const bytes = readUpTo(fd, MAX_FILE_BYTES + 1)
  return {bytes, status, verdict: parse(bytes)}
}

export function requireFile(path: string, status: Stats): void {
  if (status.isFile()) return
  const kind = status.isDirectory() ? 'a directory' : status.isFIFO() ? 'a FIFO' : 'a device or a socket'
  throw wrongKind(path, `${kind}, not a file`)
}

/** The file that a path leads to, through links that may end at nothing. */
export function followLinks(path: string): string {
  const real = stepUnlessMissing('realpath', () => realpathSync.native(path))
  if (real) return real
  const last = join(realPath(dirname(path)), basename(path))
  const link = stepUnlessMissing('readlink', () => readlinkSync(last))
  return link === undefined ? last : followLinks(resolve(dirname(last), link))
}

export function realPath(path: string): string {
  return step('realpath', () => realpathSync.native(path))
}

function leadsTo(path: string, {dev, ino}: Stats): boolean {
  const now = stepUnlessMissing('stat', () => statSync(path))
  return now?.ino === ino && now.dev === dev
}
