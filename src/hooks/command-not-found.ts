import type {Hook} from '@oclif/core/hooks'

import {unknownCommand} from '../usage.js'

/** Throws, since a hook that returns would end the program with exit code 0. */
const hook: Hook.CommandNotFound = async function ({config, id}) {
  throw unknownCommand(id, config.commandIDs)
}

export default hook
