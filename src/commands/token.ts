import {BaseCommand} from '../base-command.js'

export default class Token extends BaseCommand {
  static override description =
    'Prints the stored bearer token and a newline, for another program to use. It is the only command that ever shows a token.'
  static override enableJsonFlag = false
  static override examples = [
    {
      command:
        'curl --header "Authorization: Bearer $(<%= config.bin %> token)" \\\n  https://iam.svc.nno.app/api/nno/session',
      description: 'Call the IAM API as yourself.',
    },
    {command: 'NNO_TOKEN="$(<%= config.bin %> token)"', description: 'Keep the token in a shell variable.'},
  ]
  static override exitCodes = {
    0: 'printed',
    2: 'the command line was not understood',
    3: 'not logged in',
    6: 'the credential file could not be read',
  }
  static override summary = 'Print the stored bearer token.'

  async run(): Promise<void> {
    await this.parse(Token)
    const {token} = await this.requireCredentials()
    this.log(token)
  }
}
