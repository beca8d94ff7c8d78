import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
  type Stats,
  writeSync,
} from 'node:fs'

import {NnoError} from '../errors.js'
import {EMPTY_PAYLOAD} from './schema.js'

/** Windows has neither modes nor owners that Node can show, and cannot fsync a directory. */
export const isWindows = process.platform === 'win32'

// Not one of these exists on Windows, where they are left out.
const {O_DIRECTORY = 0, O_NOCTTY = 0, O_NOFOLLOW = 0, O_NONBLOCK = 0} = constants as Partial<typeof constants>

/** How to open a file that exists. Never waits, as opening a FIFO would. */
export const OpenFor = {
  clearing: constants.O_RDWR | O_NONBLOCK | O_NOCTTY,
  /** Not through a link. */
  clearingWithoutLinks: constants.O_RDWR | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW,
  /** Not through a link either. */
  directory: constants.O_RDONLY | O_DIRECTORY | O_NOFOLLOW,
  reading: constants.O_RDONLY | O_NONBLOCK | O_NOCTTY,
} as const

const CREATE_NEW = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | O_NOFOLLOW

/** A step on the way to or from the disk that failed: which system call, and why. */
export class DiskFault extends Error {
  readonly code: string

  constructor(
    readonly call: string,
    cause: NodeJS.ErrnoException,
  ) {
    const {code, text} = describe(cause)
    super(`${code}: ${text}, ${call}`, {cause})
    this.code = code
  }
}

/** libuv names no EDQUOT: it comes as "Unknown system error -122" (-69 on macOS and the BSDs). */
function describe(error: NodeJS.ErrnoException): {code: string; text: string} {
  if (error.errno === (process.platform === 'linux' ? -122 : -69)) return {code: 'EDQUOT', text: 'disk quota exceeded'}
  const [, text = error.message] = /^[A-Z\d]+: ([^,]+)/.exec(error.message) ?? []
  return {code: error.code ?? 'UNKNOWN', text}
}

/** Runs one system call, and names it in the `DiskFault` when it fails. */
export function step<T>(call: string, action: () => T): T {
  try {
    return action()
  } catch (error) {
    throw error instanceof DiskFault || error instanceof NnoError
      ? error
      : new DiskFault(call, error as NodeJS.ErrnoException)
  }
}

/** The same, with undefined for an answer when the thing is not there. */
export function stepUnlessMissing<T>(call: string, action: () => T): T | undefined {
  try {
    return step(call, action)
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

export function isMissing(error: unknown): boolean {
  return error instanceof DiskFault && error.code === 'ENOENT'
}

export type Settled<T> = {done: false; error: unknown} | {done: true; value: T}

/** Runs a step whose failure must not keep the next from running. */
export function settle<T>(action: () => T): Settled<T> {
  try {
    return {done: true, value: action()}
  } catch (error) {
    return {done: false, error}
  }
}

/** Opens a file, hands its descriptor and status to `use`, and closes it whatever happens. */
export function withFile<T>(path: string, flags: number, use: (fd: number, status: Stats) => T): T {
  const fd = step('open', () => openSync(path, flags))
  try {
    return use(
      fd,
      step('fstat', () => fstatSync(fd)),
    )
  } finally {
    // Nothing hangs on this: whoever writes through `use` has called fsync.
    step('close', () => closeSync(fd))
  }
}

/** Creates a file that must not be there yet, for its owner alone. Returns the descriptor. */
export function createFile(path: string): number {
  return step('open', () => openSync(path, CREATE_NEW, 0o600))
}

/** The first bytes of an open file, `limit` at the most. */
export function readUpTo(fd: number, limit: number): Buffer {
  const bytes = Buffer.alloc(limit)
  let length = 0
  while (length < limit) {
    const count = step('read', () => readSync(fd, bytes, length, limit - length, length))
    if (count === 0) break
    length += count
  }

  return bytes.subarray(0, length)
}

/** Writes all the bytes from the file's start: a single `write` may take fewer than it is given. */
export function writeFully(fd: number, bytes: Buffer): void {
  let written = 0
  while (written < bytes.length) {
    const count = step('write', () => writeSync(fd, bytes, written, bytes.length - written, written))
    if (count === 0) throw new DiskFault('write', Object.assign(new Error('nothing was written'), {code: 'EIO'}))
    written += count
  }
}

/** Waits until the file is on disk. */
export function sync(fd: number): void {
  step('fsync', () => fsyncSync(fd))
}

/** Waits until the names in a directory are on disk. */
export function syncDirectory(path: string): void {
  if (isWindows) return
  const fd = step('open', () => openSync(path, constants.O_RDONLY | O_DIRECTORY))
  try {
    sync(fd)
  } finally {
    step('close', () => closeSync(fd))
  }
}

/**
 * Overwrites an open file of `size` bytes with the empty payload. In place, so that it reaches
 * every name of the file and its very blocks on disk, and needs no free space. Cut short at any
 * moment, the file is unchanged or begins with the empty payload. A step that fails does not
 * keep the later ones from running; the first fault is thrown at the end.
 */
export function blank(fd: number, size: number): void {
  const faults: unknown[] = []
  const attempt = (action: () => void) => {
    const attempted = settle(action)
    if (!attempted.done) faults.push(attempted.error)
    return attempted.done
  }

  const overwritten = attempt(() => writeFully(fd, Buffer.from(EMPTY_PAYLOAD.padEnd(size))))
  if (overwritten) {
    attempt(() => sync(fd))
    attempt(() => step('ftruncate', () => ftruncateSync(fd, EMPTY_PAYLOAD.length)))
  } else {
    // A full disk that never writes in place refuses the overwriting; cutting the file frees space.
    if (isDiskFull(faults[0])) faults.pop()
    attempt(() => step('ftruncate', () => ftruncateSync(fd, 0)))
    attempt(() => writeFully(fd, Buffer.from(EMPTY_PAYLOAD)))
  }

  attempt(() => sync(fd))
  if (faults.length > 0) throw faults[0]
}

function isDiskFull(error: unknown): boolean {
  return error instanceof DiskFault && ['EDQUOT', 'ENOSPC'].includes(error.code)
}

/** Waits a few milliseconds, for another process to finish what it is at. */
export async function pause(milliseconds: number): Promise<void> {
  await new Promise((resolve) => {
    setTimeout(resolve, milliseconds)
  })
}

/** Windows refuses to replace a file that a virus scanner or another process holds open for a moment. */
export async function retryWhileHeld(action: () => void): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      action()
      return
    } catch (error) {
      const held = isWindows && error instanceof DiskFault && ['EACCES', 'EBUSY', 'EPERM'].includes(error.code)
      if (!held || attempt === 10) throw error
      await pause(10 * attempt)
    }
  }
}
