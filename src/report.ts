import {bug, NnoError} from './errors.js'
import {isTerminal, print} from './terminal/output.js'
import {renderJson, sanitize} from './terminal/sanitize.js'
import {statusLine} from './terminal/style.js'

/**
 * Shows an error, the same for every command and for those that oclif throws before there is a
 * command: as lines on stderr, or as one JSON document on stdout.
 *
 * @returns the exit code
 */
export function reportError(error: unknown, {json}: {json: boolean}): number {
  const {code, document, exitCode, message, suggestions} = asNnoError(error)
  if (json) {
    // A whitelist: nothing else of an error reaches a script.
    // eslint-disable-next-line perfectionist/sort-objects -- the order in which a person reads it
    print('stdout', renderJson(document ?? {error: {code, message, suggestions, exitCode}}))
    return exitCode
  }

  print('stderr', statusLine('error', message, {isTTY: isTerminal('stderr')}))
  for (const suggestion of suggestions) print('stderr', `  ${sanitize(suggestion)}\n`)
  return exitCode
}

function asNnoError(error: unknown): NnoError {
  if (error instanceof NnoError) return error
  if (!(error instanceof Error)) return bug(error)
  const {code, syscall} = error as NodeJS.ErrnoException
  if (syscall === 'write') {
    return new NnoError({
      cause: error,
      code: 'output',
      exitCode: 1,
      message: `The output could not be written (${code}). The command itself ran to its end.`,
      suggestions: ['Check where standard output leads: a full disk, for example.'],
    })
  }

  return bug(error)
}
