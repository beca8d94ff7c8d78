import type {Hook, Hooks} from '@oclif/core/hooks'

import {isTerminal, type Output, print} from '../terminal/output.js'
import {box, type StatusKind, statusLine} from '../terminal/style.js'

/** One status line, or a box around one: what it tells, its text, and where it belongs. */
export type Status = {kind: 'box' | StatusKind; stream: Output; text: string}

type StatusHooks = Hooks & {status: {options: {status: Status}; return: void}}

/** Renders the status lines that commands announce. */
const hook: Hook<'status', StatusHooks> = async function ({status}) {
  const {kind, stream, text} = status
  print(stream, kind === 'box' ? box(text) : statusLine(kind, text, {isTTY: isTerminal(stream)}))
}

export default hook
