import type {Hook, Hooks} from '@oclif/core/hooks'

import {type StatusKind, statusLine} from '../terminal/style.js'

/** One status line: what it tells, its text, and where it belongs. */
export type Status = {kind: StatusKind; stream: 'stderr' | 'stdout'; text: string}

type StatusHooks = Hooks & {status: {options: {status: Status}; return: void}}

/** Renders the status lines that commands announce. */
const hook: Hook<'status', StatusHooks> = async function ({status}) {
  const stream = process[status.stream]
  stream.write(statusLine(status.kind, status.text, stream))
}

export default hook
