import isUnicodeSupported from 'is-unicode-supported'
import {styleText} from 'node:util'

import {sanitize} from './sanitize.js'

/** What a status line tells: it worked, for your information, take care, it failed. */
export type StatusKind = 'error' | 'info' | 'success' | 'warning'

const STYLES = {
  error: {color: 'red', fallback: '×', symbol: '✖'},
  info: {color: 'blue', fallback: 'i', symbol: 'ℹ'},
  success: {color: 'green', fallback: '√', symbol: '✔'},
  warning: {color: 'yellow', fallback: '‼', symbol: '⚠'},
} as const

/**
 * One status line for a stream, sanitised, with its newline. The symbol is coloured on a
 * terminal, and replaced only on a terminal that cannot show it.
 */
export function statusLine(kind: StatusKind, text: string, stream: {isTTY?: boolean}): string {
  const {color, fallback, symbol} = STYLES[kind]
  const shown = stream.isTTY && !isUnicodeSupported() ? fallback : symbol
  const painted = hasColor(stream) ? styleText(color, shown, {validateStream: false}) : shown
  return `${painted} ${sanitize(text)}\n`
}

/** A text that is not to be overlooked, in a box of three lines. Sanitised, with its newlines. */
export function box(text: string): string {
  const shown = ` ${sanitize(text)} `
  const edge = '─'.repeat(shown.length)
  return `╭${edge}╮\n│${shown}│\n╰${edge}╯\n`
}

/** NO_COLOR (no-color.org) wins over FORCE_COLOR (force-color.org), and both over the terminal. */
function hasColor(stream: {isTTY?: boolean}): boolean {
  const {FORCE_COLOR, NO_COLOR, TERM} = process.env
  if (NO_COLOR) return false
  if (FORCE_COLOR) return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false'
  return stream.isTTY === true && TERM !== 'dumb'
}
