import {Flags} from '@oclif/core'

import {BaseCommand} from '../base-command.js'
import {brokenCredentialFile, ExitCode, usageError} from '../errors.js'

/** What `nno whoami --json` prints. */
type WhoamiResult = {
  authenticated: boolean
  email: null | string
  expiresAt: null | string
  iamUrl: null | string
  platformId: null | string
  reason: 'not_logged_in' | null
  role: null | string
  verified: boolean
}

const NOBODY: WhoamiResult = {
  authenticated: false,
  email: null,
  expiresAt: null,
  iamUrl: null,
  platformId: null,
  reason: 'not_logged_in',
  role: null,
  verified: false,
}

export default class Whoami extends BaseCommand {
  static override description =
    'Reads the credential file ~/.nno/credentials.json and shows who is logged in, marked [unverified], since IAM is not asked. It never changes the file.'
  static override examples = [
    {command: '<%= config.bin %> whoami --offline', description: 'Show who is logged in.'},
    {
      command: 'if <%= config.bin %> whoami --offline >/dev/null 2>&1; then echo "logged in"; fi',
      description: 'Branch in a script.',
    },
    {command: '<%= config.bin %> whoami --offline --json', description: 'Tell a script who is logged in.'},
  ]
  static override exitCodes = {
    0: 'somebody is logged in',
    2: 'the command line was not understood',
    3: 'not logged in',
    6: 'the credential file could not be read, or is not valid',
  }
  static override flags = {
    offline: Flags.boolean({summary: 'Show the stored credentials without asking IAM.'}),
  }
  static override summary = 'Show who is logged in.'

  async run(): Promise<WhoamiResult> {
    const {flags} = await this.parse(Whoami)
    const reading = await this.credentials.readCredentials()
    if (reading.state === 'broken') throw brokenCredentialFile(this.credentials.location, reading.reason)
    if (reading.state === 'empty') {
      await this.status({kind: 'info', text: 'Not authenticated. Run: nno login'})
      process.exitCode = ExitCode.NotLoggedIn
      return NOBODY
    }

    if (!flags.offline) throw usageError('This version of nno cannot ask IAM yet.', 'Run `nno whoami --offline`.')
    const {email, expiresAt, iamUrl, platformId, role} = reading.credentials
    await this.line(`Authenticated as ${email}`)
    if (platformId) await this.line(`Platform: ${platformId}`)
    if (role) await this.line(`Role: ${role}`)
    await this.warnings(reading.warnings)
    if (Date.parse(expiresAt) <= this.services.now()) {
      await this.warnings([`The session expired at ${expiresAt}. Run: nno login`])
    }

    return {authenticated: true, email, expiresAt, iamUrl, platformId, reason: null, role, verified: false}
  }

  private async line(text: string): Promise<void> {
    await this.status({kind: 'info', text: `${text} [unverified]`})
  }
}
