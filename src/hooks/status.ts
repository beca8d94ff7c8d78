import type {Hook, Hooks} from '@oclif/core/hooks'

import {box, type StatusKind, statusLine} from '../terminal/style.js'

/** One status line, or a box around one: what it tells, its text, and where it belongs. */
export type Status = {kind: 'box' | StatusKind; stream: 'stderr' | 'stdout'; text: string}

type StatusHooks = Hooks & {status: {options: {status: Status}; return: void}}

/** Renders the status lines that commands announce. */
const hook: Hook<'status', StatusHooks> = async function ({status}) {
  const stream = process[status.stream]
  stream.write(status.kind === 'box' ? box(status.text) : statusLine(status.kind, status.text, stream))
}

export default hook
