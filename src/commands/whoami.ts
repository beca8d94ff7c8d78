import * as Flags from '@oclif/core/flags'

import type {Credentials} from '../credentials/store.js'

import {BaseCommand} from '../base-command.js'
import {ExitCode, NnoError, sessionRejected} from '../errors.js'

type Shown = Pick<Credentials, 'email' | 'expiresAt' | 'iamUrl' | 'platformId' | 'role'>

/** What `nno whoami --json` prints. */
type WhoamiResult = {
  /** Null when IAM could not be asked. */
  authenticated: boolean | null
  reason: 'iam_unreachable' | 'not_logged_in' | 'session_rejected' | null
  /** Whether IAM said so. */
  verified: boolean
} & {[Field in keyof Shown]: null | string}

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

/** How long IAM may take to answer. */
const LOOK_UP_MILLISECONDS = 10_000

export default class Whoami extends BaseCommand {
  static override description =
    'Reads the credential file ~/.nno/credentials.json, asks IAM whether its token is valid, and shows who is logged in. With --offline it asks nobody, and marks what it shows as [unverified]. It never changes the file.'
  static override examples = [
    {command: '<%= config.bin %> whoami', description: 'Show who is logged in, as IAM knows it.'},
    {command: '<%= config.bin %> whoami --offline', description: 'Show who is logged in, without a connection.'},
    {
      command: 'if <%= config.bin %> whoami --offline >/dev/null 2>&1; then echo "logged in"; fi',
      description: 'Branch in a script.',
    },
  ]
  static override exitCodes = {
    0: 'somebody is logged in',
    2: 'the command line was not understood',
    3: 'not logged in',
    4: 'IAM says that the session is expired or revoked',
    5: 'IAM could not be asked',
    6: 'the credential file could not be read, or is not valid',
  }
  static override flags = {
    'iam-url': Flags.string({helpValue: 'URL', summary: 'Ask this IAM, and send it the token.'}),
    offline: Flags.boolean({summary: 'Show the stored credentials without asking IAM.'}),
  }
  static override summary = 'Show who is logged in.'

  async run(): Promise<WhoamiResult> {
    const {flags} = await this.parse(Whoami)
    // A URL that may not be used is a mistake even where it would not be.
    if (flags['iam-url'] !== undefined) await this.services.connect({named: flags['iam-url']})
    const found = await this.readCredentials()
    if (!found) {
      await this.status({kind: 'info', text: 'Not authenticated. Run: nno login'})
      process.exitCode = ExitCode.NotLoggedIn
      return NOBODY
    }

    await this.warnings(found.warnings)
    return flags.offline ? this.showStored(found.credentials) : this.verify(found.credentials, flags['iam-url'])
  }

  /** The lines that are known; what is not has no line. */
  private async show({email, platformId, role}: Shown, kind: 'info' | 'success', mark: string): Promise<void> {
    await this.status({kind, text: `Authenticated as ${email}${mark}`})
    if (platformId) await this.status({kind: 'info', text: `Platform: ${platformId}${mark}`})
    if (role) await this.status({kind: 'info', text: `Role: ${role}${mark}`})
  }

  private async showStored({email, expiresAt, iamUrl, platformId, role}: Credentials): Promise<WhoamiResult> {
    const shown = {email, expiresAt, iamUrl, platformId, role}
    await this.show(shown, 'info', ' [unverified]')
    if (Date.parse(expiresAt) <= this.services.now()) {
      await this.warnings([`The session expired at ${expiresAt}. Run: nno login`])
    }

    return {authenticated: true, ...shown, reason: null, verified: false}
  }

  private async verify(stored: Credentials, named: string | undefined): Promise<WhoamiResult> {
    const address = named === undefined ? {path: this.credentials.location, stored: stored.iamUrl} : {named}
    const iam = await this.services.connect(address)
    const cached = {
      email: stored.email,
      expiresAt: stored.expiresAt,
      iamUrl: iam.url,
      platformId: stored.platformId,
      role: stored.role,
    }
    let session
    try {
      session = await iam.findSession(stored.token, {milliseconds: LOOK_UP_MILLISECONDS})
    } catch (error) {
      if (!(error instanceof NnoError) || error.exitCode !== ExitCode.IamUnreachable) throw error
      throw new NnoError({
        cause: error,
        code: error.code,
        document: {authenticated: null, ...cached, reason: 'iam_unreachable', verified: false},
        exitCode: ExitCode.IamUnreachable,
        message: 'IAM unreachable. Use --offline to display cached credentials.',
        suggestions: [error.message.replace('IAM unreachable: ', ''), ...error.suggestions],
      })
    }

    if (!session) {
      const document = {authenticated: false, ...cached, reason: 'session_rejected', verified: true}
      throw sessionRejected(iam.clockHints, document)
    }

    const {email, expiresAt, platformId, role} = session
    const shown = {email, expiresAt, iamUrl: iam.url, platformId, role}
    await this.show(shown, 'success', '')
    await this.status({kind: 'info', text: `Session expires: ${expiresAt}`})
    return {authenticated: true, ...shown, reason: null, verified: true}
  }
}
