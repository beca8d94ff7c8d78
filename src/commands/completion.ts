import * as Args from '@oclif/core/args'

import {BaseCommand} from '../base-command.js'

export default class Completion extends BaseCommand {
  static override args = {
    shell: Args.string({description: 'The shell to complete in.', options: ['bash', 'fish', 'zsh'], required: true}),
  }
  static override description = `Prints a script that teaches your shell to complete the commands and flags of nno. It runs nno only once, when you set it up, and looks nothing up.

To keep it, add the line of your shell to its start-up file: ~/.bashrc, or ~/.zshrc below compinit. For fish, write it to ~/.config/fish/completions/nno.fish.`
  static override enableJsonFlag = false
  static override examples = [
    {command: 'source <(<%= config.bin %> completion bash)', description: 'Complete in this bash.'},
    {command: 'source <(<%= config.bin %> completion zsh)', description: 'Complete in this zsh.'},
    {command: '<%= config.bin %> completion fish | source', description: 'Complete in this fish.'},
  ]
  static override exitCodes = {0: 'printed', 2: 'the command line was not understood'}
  static override summary = 'Print a completion script for a shell.'

  async run(): Promise<void> {
    const {args} = await this.parse(Completion)
    const script = await this.services.completionScript(args.shell)
    this.log(script.trimEnd())
  }
}
