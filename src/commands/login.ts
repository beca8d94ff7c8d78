import {Flags} from '@oclif/core'

import type {Credentials} from '../credentials/store.js'

import {BaseCommand} from '../base-command.js'
import {MAX_TOKEN_LENGTH, tokenFault} from '../credentials/token.js'
import {usageError} from '../errors.js'

/** What `nno login --json` prints. */
type LoginResult = Pick<Credentials, 'email' | 'expiresAt' | 'iamUrl' | 'platformId' | 'role'> & {
  credentialsPath: string
  method: 'token'
  status: 'authenticated'
  verified: false
}

const IAM_URL = 'https://iam.svc.nno.app'
const TOKEN_LIFETIME_MILLISECONDS = 30 * 24 * 60 * 60 * 1000

export default class Login extends BaseCommand {
  static override description = `Stores a token in the credential file ~/.nno/credentials.json, which only you can read. A login over a login replaces it; a login that fails changes nothing.

\`--token -\` reads the token from standard input, where neither the list of processes nor the history of the shell shows it.`
  static override examples = [
    {
      command: 'printf %s "$NNO_API_TOKEN" | <%= config.bin %> login --token - --offline',
      description: 'Log in with a token that nobody else on this machine sees.',
    },
    {
      command: '<%= config.bin %> login --token "$NNO_API_TOKEN" --offline',
      description: 'Log in with a token, as a pipeline does.',
    },
  ]
  static override exitCodes = {
    0: 'logged in',
    2: 'the command line was not understood, or the token cannot be one',
    6: 'the credential file could not be written; the old one is unchanged',
  }
  static override flags = {
    offline: Flags.boolean({summary: 'Store the token without asking IAM about it.'}),
    token: Flags.string({
      char: 't',
      helpValue: 'TOKEN|-',
      summary: 'Log in with this token, or with the one on standard input (-).',
    }),
  }
  static override summary = 'Log in to the NNO platform.'

  async run(): Promise<LoginResult> {
    const {flags} = await this.parse(Login)
    if (flags.token === undefined) {
      throw usageError(
        flags.offline ? '--offline needs --token.' : 'There is no token to log in with.',
        'Run `nno login --token -` and hand the token to its standard input, or `nno login --token TOKEN`.',
      )
    }

    const token = flags.token === '-' ? await this.readToken() : flags.token
    const fault = tokenFault(token)
    if (fault)
      throw usageError(fault, 'Check that it was copied whole and alone, and that the variable it comes from is set.')
    const credentials: Credentials = {
      email: 'ci-user',
      expiresAt: new Date(this.services.now() + TOKEN_LIFETIME_MILLISECONDS).toISOString(),
      iamUrl: IAM_URL,
      platformId: null,
      refreshToken: null,
      role: null,
      token,
    }
    const warnings = await this.credentials.writeCredentials(credentials)
    await this.status({kind: 'success', text: 'Authenticated via token'})
    await this.warnings(warnings)
    if (!flags.offline) await this.warnings(['The token is stored, but IAM was not asked whether it is valid.'])
    const {email, expiresAt, iamUrl, platformId, role} = credentials
    return {
      credentialsPath: this.credentials.location,
      email,
      expiresAt,
      iamUrl,
      method: 'token',
      platformId,
      role,
      status: 'authenticated',
      verified: false,
    }
  }

  /** The one line on standard input, without its newline. */
  private async readToken(): Promise<string> {
    const input = await this.services.readStandardInput(MAX_TOKEN_LENGTH + 2)
    return input.replace(/\r?\n$/, '')
  }
}
