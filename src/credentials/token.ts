/** The most characters that a bearer token may have. */
export const MAX_TOKEN_LENGTH = 8192

const PRINTABLE_ASCII = /^[\u0021-\u007E]+$/

/**
 * Why a text cannot be a bearer token, as a sentence that does not quote it; undefined when it
 * can. A token is 1 to 8192 printable ASCII characters without white space: anything else
 * cannot stand in an Authorization header (RFC 6750 section 2.1, RFC 9110 section 5.5).
 */
export function tokenFault(text: string): string | undefined {
  if (text === '') return 'The token is empty.'
  if (text.length > MAX_TOKEN_LENGTH) return `The token is longer than ${MAX_TOKEN_LENGTH} characters.`
  if (PRINTABLE_ASCII.test(text)) return undefined
  return 'The token holds white space, a line break or characters other than printable ASCII.'
}
