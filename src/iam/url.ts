import {brokenCredentialFile, usageError} from '../errors.js'

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/

/** Whether a URL leads to this very machine. */
export function isLoopback({hostname}: URL): boolean {
  return LOOPBACK.test(hostname)
}

/**
 * Why a text cannot be the base URL of an IAM, as a sentence that does not quote it; undefined
 * when it can. A bearer token must be sent over TLS (RFC 6750 section 5.3), loopback aside.
 */
export function iamUrlFault(text: string): string | undefined {
  if (!URL.canParse(text)) return 'The IAM URL is not a URL.'
  const url = new URL(text)
  if (url.username || url.password) return 'The IAM URL must not hold a user name or a password.'
  if (/[?#]/.test(text)) return 'The IAM URL must end with its path.'
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url))) return undefined
  return 'The IAM URL must begin with https:// (http:// is for this machine alone).'
}

/** The URL without a slash at its end, so that paths can be put behind it. */
export function normalizeIamUrl(text: string): string {
  return new URL(text).href.replace(/\/+$/, '')
}

/** Where the URL of an IAM comes from: the user, or the credential file at this path. */
export type IamAddress = {named: string} | {path: string; stored: string}

/**
 * The base URL of an IAM, when it may be used: nothing is sent before that is known.
 *
 * @throws NnoError with exit code 2 for a URL that the user named, 6 for one in the file
 */
export function requireIamUrl(address: IamAddress): string {
  const url = 'named' in address ? address.named : address.stored
  const fault = iamUrlFault(url)
  if (!fault) return normalizeIamUrl(url)
  throw 'named' in address
    ? usageError(fault, 'Give it like this: --iam-url https://iam.svc.nno.app')
    : brokenCredentialFile(address.path, `its "iamUrl" is not allowed (${fault.replace(/\.$/, '')})`)
}
