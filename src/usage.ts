import {closestMatch} from 'leven'

import {NnoError, usageError} from './errors.js'

/** How many letters a mistyped name may be off for its length, and still be taken for the one that was meant. */
const maxDistance = (typed: string) => Math.min(3, Math.ceil(typed.length * 0.4))

/**
 * What a person typed wrong, said without repeating it: anything out of place on the command
 * line may be a token (`nno login TOKEN`). Only what is nearly the name of a command or a flag
 * is shown again.
 */
export function unknownCommand(id: string, commandIds: readonly string[]): NnoError {
  const [first = '', ...rest] = id.split(':')
  const known = commandIds.map((commandId) => commandId.replaceAll(':', ' '))
  // oclif takes `nno logout extra` for a command `logout:extra`.
  if (rest.length > 0 && commandIds.includes(first)) return unexpectedArgument(first)
  if (first.startsWith('-')) return usageError('Unknown flag.', 'See `nno help`.')
  const typed = id.replaceAll(':', ' ')
  const near = nearest(typed, known)
  if (!near) return usageError('Unknown command.', 'See `nno help` for all commands.')
  return usageError(`Unknown command "${typed}".`, `Did you mean \`nno ${near}\`? See \`nno help\` for all commands.`)
}

/** A command was given an argument that it does not take. */
export function unexpectedArgument(commandId: string): NnoError {
  const login = 'A token is given with a flag: `nno login --token -` reads it from standard input.'
  return usageError(
    `\`nno ${commandId}\` takes no arguments.`,
    ...(commandId === 'login' ? [login] : []),
    `See \`nno help ${commandId}\`.`,
  )
}

/** The command's own errors as they are; what oclif's parser throws, in nno's words. */
export function explainParseError(error: Error, commandId: string, flagNames: readonly string[]): Error {
  if (error instanceof NnoError) return error
  const help = `See \`nno help ${commandId}\`.`
  if ('flags' in error && Array.isArray(error.flags)) {
    const [name = ''] = String(error.flags[0]).split('=')
    const near = nearest(name.replace(/^-+/, ''), flagNames)
    if (!near) return usageError('Unknown flag.', help)
    return usageError(`Unknown flag ${name}.`, `Did you mean \`--${near}\`? ${help}`)
  }

  if (/^Missing \d+ required arg/.test(error.message)) return usageError('An argument is missing.', help)
  if ('args' in error) return unexpectedArgument(commandId)
  // These two messages name a flag of nno, and never its value.
  const [, flag, fault] = /^Flag (--[a-z-]+) (expects a value|can only be specified once)$/.exec(error.message) ?? []
  if (flag) return usageError(`Flag ${flag} ${fault}.`, help)
  const [, choice] = /^Expected .* to be one of: ([a-z, ]+)$/m.exec(error.message) ?? []
  if (choice) return usageError(`Expected one of: ${choice}.`, help)
  return 'oclif' in error ? usageError('The command line could not be read.', help) : error
}

function nearest(typed: string, known: readonly string[]): string | undefined {
  return typed.length < 2 ? undefined : closestMatch(typed, known, {maxDistance: maxDistance(typed)})
}
