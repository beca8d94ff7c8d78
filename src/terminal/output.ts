import {fstatSync, statSync, writeSync} from 'node:fs'

/** Where a text goes: results to stdout, everything else to stderr. */
export type Output = 'stderr' | 'stdout'

/** Marks what stands for a stream that is not made yet. */
const DEFERRED = Symbol('deferred')

const DESCRIPTORS = {stderr: 2, stdout: 1} as const

/**
 * Keeps Node from making `process.stdout` and `process.stderr` before somebody asks for them: it takes
 * milliseconds, and only a terminal needs them, or a pipe that is full.
 *
 * @param listeners are told of errors of the streams
 */
export function deferStreams(listeners: Record<Output, (error: NodeJS.ErrnoException) => void>): void {
  for (const output of ['stdout', 'stderr'] as const) {
    const make = Object.getOwnPropertyDescriptor(process, output)!.get!
    const deferred = () => {
      const stream = make.call(process) as NodeJS.WriteStream
      Object.defineProperty(process, output, {value: stream})
      return stream.on('error', listeners[output])
    }

    Object.defineProperty(process, output, {
      configurable: true,
      enumerable: true,
      get: Object.assign(deferred, {[DEFERRED]: true}),
    })
  }
}

const isDeferred = (output: Output) => DEFERRED in (Object.getOwnPropertyDescriptor(process, output)?.get ?? {})

/** Whether a terminal shows what goes there. */
export function isTerminal(output: Output): boolean {
  return !isPlain(output) && process[output].isTTY === true
}

/** How many characters a line of the terminal holds, or undefined where there is none. */
export function columns(output: Output): number | undefined {
  return isTerminal(output) ? process[output].columns : undefined
}

/** Writes a text. A reader that left early is no error. */
export function print(output: Output, text: string): void {
  const bytes = Buffer.from(text)
  const rest = isPlain(output) ? writePlainly(DESCRIPTORS[output], bytes) : bytes
  if (rest.length > 0) process[output].write(rest)
}

/** Whether a plain write will do. Where the system has no number for a device, as on Windows, only the stream knows. */
function isPlain(output: Output): boolean {
  if (!isDeferred(output)) return false
  const stats = fstatSync(DESCRIPTORS[output])
  if (!stats.isCharacterDevice()) return true
  return stats.rdev !== 0 && stats.rdev === statSync('/dev/null', {throwIfNoEntry: false})?.rdev
}

/** Whether the reader of a pipe or a socket left early: the work is done all the same. */
export function isGone(error: unknown): boolean {
  return ['ECONNRESET', 'EPIPE'].includes((error as NodeJS.ErrnoException).code ?? '')
}

/** Returns what could not be written. */
function writePlainly(descriptor: number, bytes: Buffer): Buffer {
  let written = 0
  try {
    while (written < bytes.length) written += writeSync(descriptor, bytes, written)
  } catch (error) {
    if (isGone(error)) return Buffer.of()
  }

  return bytes.subarray(written)
}
