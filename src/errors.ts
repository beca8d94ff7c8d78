/**
 * What `nno` exits with. A script may rely on every one of these numbers.
 */
export const ExitCode = {
  Bug: 1,
  CredentialFile: 6,
  IamUnreachable: 5,
  NotLoggedIn: 3,
  NotRevoked: 7,
  Refused: 4,
  Usage: 2,
} as const

/** What an error consists of, before it is one. */
type Explanation = {
  cause?: unknown
  /** Stable, in snake case: what a script compares. */
  code: string
  /** What a command prints with `--json` in this state, where it has a document of its own. */
  document?: unknown
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
  readonly document: unknown
  readonly exitCode: number
  readonly suggestions: readonly string[]

  constructor({cause, code, document, exitCode, message, suggestions = []}: Explanation) {
    super(message, {cause})
    this.name = 'NnoError'
    this.code = code
    this.document = document
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

/** IAM cannot be reached just now: another try may work. `reason` is a sentence without its beginning. */
export function iamUnreachable(reason: string, suggestions: readonly string[], cause?: unknown): NnoError {
  const message = `IAM unreachable: ${reason}`
  return new NnoError({cause, code: 'iam_unreachable', exitCode: ExitCode.IamUnreachable, message, suggestions})
}

/** IAM, or what stands in its place, answers something that IAM does not document. */
export function iamUndocumented(host: string, what: string): NnoError {
  return new NnoError({
    code: 'iam_undocumented',
    exitCode: ExitCode.IamUnreachable,
    message: `IAM unreachable: ${host} ${what}.`,
    suggestions: [
      'That is not the answer of an IAM: check the URL, and whether a proxy or a login page stands in between.',
    ],
  })
}

/** IAM says that the stored token is not, or no longer, one. */
export function sessionRejected(suggestions: readonly string[], document?: unknown): NnoError {
  return new NnoError({
    code: 'session_rejected',
    document,
    exitCode: ExitCode.Refused,
    message: 'Session expired or revoked. Run: nno login again.',
    suggestions,
  })
}

/** IAM refuses the token that is to be stored. */
export function tokenRejected(path: string, suggestions: readonly string[]): NnoError {
  return new NnoError({
    code: 'token_rejected',
    exitCode: ExitCode.Refused,
    message: `IAM refused the token: it is expired, revoked or not for this IAM. ${path} is unchanged.`,
    suggestions: ['Check where the token comes from, and which IAM it is for.', ...suggestions],
  })
}

/** IAM shows and ends sessions only for a login that is not old. */
export function sessionNotFresh(): NnoError {
  return new NnoError({
    code: 'session_not_fresh',
    exitCode: ExitCode.Refused,
    message: 'IAM wants a fresh login before it shows or ends sessions. The session itself is valid.',
    suggestions: ['Log in again with `nno login`, then repeat the command.'],
  })
}

const DEVICE_REFUSALS: Record<string, string> = {
  access_denied: 'The login was denied.',
  expired_token: 'The code expired before the login was approved.',
  invalid_grant: 'IAM no longer knows the code: it expired, was denied, or was used.',
}

/** A login with a device code came to its end without a token: an error code of RFC 8628 section 3.5 or RFC 6749. */
export function deviceLoginRefused(code: string): NnoError {
  return new NnoError({
    code: 'login_refused',
    exitCode: ExitCode.Refused,
    message: `${DEVICE_REFUSALS[code] ?? 'IAM refused the login.'} Nothing was changed.`,
    suggestions: ['Run `nno login` again for a new code.'],
  })
}

/**
 * An error that nno did not expect. Its own message is kept back, since it may quote a secret
 * (as those of `JSON.parse` and `fetch` do): only its class and code are told.
 */
export function bug(cause: unknown): NnoError {
  const name = cause instanceof Error ? cause.name : typeof cause
  const code = cause instanceof Error && 'code' in cause ? ` ${String(cause.code)}` : ''
  return new NnoError({
    cause,
    code: 'bug',
    exitCode: ExitCode.Bug,
    message: `nno met an error that it does not know (${name}${code}).`,
    suggestions: ['This is a bug in nno: report it with the command, without any token, and `nno --version`.'],
  })
}
