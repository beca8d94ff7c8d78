import {isUtf8} from 'node:buffer'

import type {Credentials} from './store.js'

import {tokenFault} from './token.js'

/** The most bytes that a credential file may have. */
export const MAX_FILE_BYTES = 64 * 1024

/** What a logout leaves in the file. */
export const EMPTY_PAYLOAD = '{}'

const ISO_8601 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/
const BLANK = /^[\t\n\r ]*$/

/** What the bytes of a credential file say. `clean` means that a logout has nothing to do. */
export type Verdict =
  {clean: boolean; state: 'empty'} | {credentials: Credentials; state: 'found'} | {reason: string; state: 'broken'}

/** The file's content for these credentials: JSON that a person can read, with a last newline. */
export function serialize(credentials: Credentials): Buffer {
  return Buffer.from(JSON.stringify(credentials, undefined, 2) + '\n')
}

/**
 * Judges the bytes of a credential file: all of them, or the first `MAX_FILE_BYTES` + 1. Never throws, and never quotes them: the messages of
 * `JSON.parse` do, and the bytes may be a token.
 */
export function parse(bytes: Buffer): Verdict {
  const text = bytes.toString('latin1')
  const whole = bytes.length <= MAX_FILE_BYTES
  if (text.startsWith(EMPTY_PAYLOAD)) {
    return {clean: whole && BLANK.test(text.slice(EMPTY_PAYLOAD.length)), state: 'empty'}
  }

  if (!whole) return {reason: `it is larger than ${MAX_FILE_BYTES} bytes`, state: 'broken'}
  if (BLANK.test(text)) return {clean: true, state: 'empty'}
  if (!isUtf8(bytes)) return {reason: 'it is not UTF-8 text', state: 'broken'}
  let value: unknown
  try {
    value = JSON.parse(bytes.toString())
  } catch {
    return {reason: 'it is not JSON', state: 'broken'}
  }

  return judge(value)
}

function judge(value: unknown): Verdict {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return {reason: 'it is not a JSON object', state: 'broken'}
  }

  // Only its own properties count: `__proto__` in the file must not lend it any.
  const field = (name: string): unknown =>
    Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined
  const text = (name: string): string | undefined => {
    const content = field(name)
    return typeof content === 'string' ? content : undefined
  }

  const token = text('token')
  if (token === undefined || tokenFault(token)) return {reason: 'it has no valid "token"', state: 'broken'}
  for (const name of ['platformId', 'refreshToken', 'role']) {
    const content = field(name) ?? null
    if (content !== null && typeof content !== 'string') return {reason: `its "${name}" is not a text`, state: 'broken'}
  }

  const [email, expiresAt, iamUrl] = [text('email'), text('expiresAt'), text('iamUrl')]
  if (!email) return {reason: 'it has no "email"', state: 'broken'}
  if (expiresAt === undefined || !ISO_8601.test(expiresAt) || Number.isNaN(Date.parse(expiresAt)))
    return {reason: 'its "expiresAt" is not a date', state: 'broken'}
  if (iamUrl === undefined) return {reason: 'it has no "iamUrl"', state: 'broken'}
  return {
    credentials: {
      email,
      expiresAt,
      iamUrl,
      platformId: text('platformId') ?? null,
      refreshToken: text('refreshToken') ?? null,
      role: text('role') ?? null,
      token,
    },
    state: 'found',
  }
}
