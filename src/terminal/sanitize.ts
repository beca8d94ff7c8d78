import {stripVTControlCharacters} from 'node:util'

const PRINTABLE_ASCII = /^[ -~]*$/
// Cc is C0, DEL and C1; Cf holds the bidi controls, the zero-width characters and the tags.
// No literal: to check one, V8 would have ICU list all of these whenever it loads this file.
const UNSAFE = String.raw`[\p{Cc}\p{Cf}\u2028\u2029]`

/**
 * A text as it may be shown on one line of a terminal: without escape sequences, control
 * characters, newlines, or characters that are invisible or reorder others.
 */
export function sanitize(text: string): string {
  if (PRINTABLE_ASCII.test(text)) return text
  return stripVTControlCharacters(text).replaceAll(new RegExp(UNSAFE, 'gu'), '')
}

/** A JSON document for stdout, with every string in it fit to be shown. Ends with a newline. */
export function renderJson(document: unknown): string {
  return JSON.stringify(document, (_, value) => (typeof value === 'string' ? sanitize(value) : value), 2) + '\n'
}
