import type {Command} from '@oclif/core/command'

import {CommandHelp, Help} from '@oclif/core/help'

import type {ExitCodes} from './base-command.js'

import {unknownCommand} from './usage.js'

/** A command's help: oclif's, with a section for its exit codes. */
class NnoCommandHelp extends CommandHelp {
  protected override description(): string | undefined {
    // The summary is shown above already.
    return this.command.description && this.wrap(this.command.description)
  }

  protected override sections() {
    const {exitCodes} = this.command as Command.Loadable & {exitCodes?: ExitCodes}
    const body = Object.entries(exitCodes ?? {}).map(([code, meaning]): [string, string] => [code, meaning])
    return [...super.sections(), {generate: () => ({body, header: 'EXIT CODES'}), header: 'EXIT CODES'}]
  }
}

/** The help of nno. */
export default class NnoHelp extends Help {
  protected override CommandHelpClass = NnoCommandHelp

  override async showHelp(argv: string[]): Promise<void> {
    const words = argv.filter((word) => !word.startsWith('-'))
    // oclif takes `nno help help` for `nno help`.
    if (words.join(' ') === 'help') return this.showCommandHelp(this.config.findCommand('help', {must: true}))
    const id = words.filter((word) => word !== 'help').join(':')
    if (id !== '' && !this.config.findCommand(id) && !this.config.findTopic(id)) {
      throw unknownCommand(id, this.config.commandIDs)
    }

    await super.showHelp(argv)
  }
}
