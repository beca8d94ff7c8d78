import type {Command} from '@oclif/core/command'

import {CommandHelp, Help} from '@oclif/core/help'

import type {ExitCodes} from './base-command.js'

import {unknownCommand} from './usage.js'

type Example = {command: string; description: string}

/** Where nno keeps what it keeps. */
const FILES = '~/.nno/credentials.json (the credential file, in your home folder)'
/** What somebody who has just installed nno does first. */
const FIRST_STEPS: string[][] = [
  ['$ nno login', 'Log in with a browser.'],
  ['$ nno whoami', 'See who is logged in.'],
  ['$ nno logout', 'Log out again.'],
]

/** A command's help: oclif's, with sections for its exit codes and for the credential file. */
class NnoCommandHelp extends CommandHelp {
  protected override description(): string | undefined {
    // The summary is shown above already.
    return this.command.description && this.wrap(this.command.description)
  }

  /** Every command line begins with a prompt, and is left as it is: a broken one could not be copied. */
  protected override examples(examples: Example[] | undefined): string {
    return (examples ?? [])
      .map(({command, description}) => `${this.wrap(description, 2)}\n\n${this.indent(`$ ${this.render(command)}`)}`)
      .join('\n\n')
  }

  protected override sections() {
    const {exitCodes = {}} = this.command as Command.Loadable & {exitCodes?: ExitCodes}
    const codes = Object.entries(exitCodes).map(([code, meaning]): [string, string] => [code, meaning])
    // Exit code 6 is about the credential file.
    const files = 6 in exitCodes ? this.wrap(FILES) : undefined
    return [
      ...super.sections(),
      {generate: () => ({body: codes, header: 'EXIT CODES'}), header: 'EXIT CODES'},
      {generate: () => files && {body: files, header: 'FILES'}, header: 'FILES'},
    ]
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

  /** All commands, since they are few, and what to do first. */
  protected override async showRootHelp(): Promise<void> {
    const sections = [
      this.wrap(this.config.pjson.description ?? '', 0),
      this.section('USAGE', '$ nno COMMAND'),
      this.section('FIRST STEPS', this.renderList(FIRST_STEPS, {indentation: 2, spacer: '\n'})),
      this.formatCommands(this.sortedCommands),
      this.section('FILES', this.wrap(FILES)),
      this.wrap('Run `nno help COMMAND` to see what a command does, with examples and exit codes.', 0),
    ]
    this.log(`${sections.join('\n\n')}\n`)
  }
}
