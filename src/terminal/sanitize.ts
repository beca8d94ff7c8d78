import {stripVTControlCharacters} from 'node:util'

// Cc is C0, DEL and C1; Cf holds the bidi controls, the zero-width characters and the tags.
const UNSAFE = /[\p{Cc}\p{Cf}\u2028\u2029]/gu

/**
 * A text as it may be shown on one line of a terminal: without escape sequences, control
 * characters, newlines, or characters that are invisible or reorder others.
 */
export function sanitize(text: string): string {
  return stripVTControlCharacters(text).replaceAll(UNSAFE, '')
}

/** A JSON document for stdout, with every string in it fit to be shown. Ends with a newline. */
export function renderJson(document: unknown): string {
  return JSON.stringify(document, (_, value) => (typeof value === 'string' ? sanitize(value) : value), 2) + '\n'
}
