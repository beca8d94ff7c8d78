/**
 * What `nno` exits with. A script may rely on every one of these numbers.
 */
export const ExitCode = {
  Bug: 1,
  CredentialFile: 6,
  NotLoggedIn: 3,
  Usage: 2,
} as const

/** What an error consists of, before it is one. */
type Explanation = {
  cause?: unknown
  /** Stable, in snake case: what a script compares. */
  code: string
  exitCode: number
  /** One or more sentences: what happened, and to which file or URL. Never holds a token. */
  message: string
  /** The next steps to take, each a sentence. */
  suggestions?: readonly string[]
}

/**
 * The one error class of nno: everything that a command throws on purpose.
 * It says what happened, what to do next and which exit code tells a script the same.
 */
export class NnoError extends Error {
  readonly code: string
  readonly exitCode: number
  readonly suggestions: readonly string[]

  constructor({cause, code, exitCode, message, suggestions = []}: Explanation) {
    super(message, {cause})
    this.name = 'NnoError'
    this.code = code
    this.exitCode = exitCode
    this.suggestions = suggestions
  }
}

/** The command line was not understood: nothing was done. */
export function usageError(message: string, ...suggestions: string[]): NnoError {
  return new NnoError({code: 'usage', exitCode: ExitCode.Usage, message, suggestions})
}

/** The command needs a credential and there is none. */
export function notLoggedIn(): NnoError {
  return new NnoError({
    code: 'not_logged_in',
    exitCode: ExitCode.NotLoggedIn,
    message: 'Not logged in.',
    suggestions: ['Log in with `nno login`.'],
  })
}

/** The credential file holds something that is no credential, and may still hold a token. */
export function brokenCredentialFile(path: string, reason: string): NnoError {
  return new NnoError({
    code: 'credential_file_broken',
    exitCode: ExitCode.CredentialFile,
    message: `The credential file ${path} is not valid: ${reason}.`,
    suggestions: ['Clear it with `nno logout`, or replace it with `nno login`.'],
  })
}

/** The credential file could not be read or written. */
export function credentialFileError(message: string, suggestions: readonly string[], cause?: unknown): NnoError {
  return new NnoError({cause, code: 'credential_file', exitCode: ExitCode.CredentialFile, message, suggestions})
}

/**
 * An error that nno did not expect. Its own message is kept back, since it may quote a secret
 * (as those of `JSON.parse` and `fetch` do): only its class and code are told.
 */
export function bug(cause: unknown): NnoError {
  const name = cause instanceof Error ? cause.constructor.name : typeof cause
  const code = cause instanceof Error && 'code' in cause ? ` ${String(cause.code)}` : ''
  return new NnoError({
    cause,
    code: 'bug',
    exitCode: ExitCode.Bug,
    message: `nno met an error that it does not know (${name}${code}).`,
    suggestions: ['This is a bug in nno: report it with the command, without any token, and `nno --version`.'],
  })
}
