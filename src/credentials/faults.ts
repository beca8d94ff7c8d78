import {credentialFileError, type NnoError} from '../errors.js'
import {DiskFault} from './disk.js'

/** What an error says of the file when nothing of it was written. */
export const UNCHANGED = 'It is unchanged.'
export const NOT_CONFIRMED = 'but the disk did not confirm it.'

/** A fault on the way to or from the disk, as an error that tells the file's state and the next step. */
export function failure(verb: 'clear' | 'read' | 'save', path: string, fault: DiskFault, outcome: string): NnoError {
  return credentialFileError(
    `Could not ${verb} the credential file ${path}: ${fault.message}. ${outcome}`,
    [nextStep(fault.code, path)],
    fault,
  )
}

/** Runs steps that all leave the file in the state that `outcome` says when one of them fails. */
export function explain<T>(verb: 'clear' | 'read' | 'save', path: string, outcome: string, action: () => T): T {
  try {
    return action()
  } catch (error) {
    throw error instanceof DiskFault ? failure(verb, path, error, outcome) : error
  }
}

/** Something else than a file, or than a folder, stands at a path. */
export function wrongKind(path: string, kind: string): NnoError {
  return credentialFileError(`${path} is ${kind}. Nothing was changed.`, [
    'Look at it, move it away, and run the command again.',
  ])
}

export function homeUnknown(reason: string): NnoError {
  return credentialFileError(`${reason} The credential file is kept in the home folder. Nothing was changed.`, [
    'Set HOME to the full path of your home folder.',
  ])
}

function nextStep(code: string, path: string): string {
  switch (code) {
    case 'EACCES':
    case 'EPERM': {
      return `Check the owner and the permissions of ${path} and of its folder.`
    }

    case 'EDQUOT':
    case 'ENOSPC': {
      return 'Free some disk space, and run the command again.'
    }

    case 'ELOOP':
    case 'ENOENT':
    case 'ENOTDIR': {
      return `Check each part of ${path}: a link leads nowhere or in a circle, or a file stands where a folder should.`
    }

    case 'EROFS': {
      return 'The disk is mounted read-only: mount it for writing, and run the command again.'
    }

    default: {
      return 'Check the disk, and run the command again.'
    }
  }
}
