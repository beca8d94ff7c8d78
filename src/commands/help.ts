import * as Args from '@oclif/core/args'
import {commands} from '@oclif/plugin-help'

import {explainParseError} from '../usage.js'

/** plugin-help's own command, in nno's words. */
export default class HelpCommand extends commands.help {
  static override args = {command: Args.string({description: 'A command, such as `sessions list`.'})}
  static override description = 'Shows what nno can do, or what one of its commands does.'
  static override examples = [
    {command: '<%= config.bin %> help', description: 'Show all commands.'},
    {command: '<%= config.bin %> help logout', description: 'Show what one command does.'},
  ]
  static exitCodes = {0: 'shown', 2: 'there is no such command'}
  // All commands are shown anyway.
  static override flags = {} as typeof commands.help.flags
  static override summary = 'Show help for nno or for one command.'

  protected override async catch(error: Error): Promise<never> {
    throw explainParseError(error, 'help', [])
  }
}
