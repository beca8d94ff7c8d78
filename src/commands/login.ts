import * as Flags from '@oclif/core/flags'

import type {Credentials} from '../credentials/store.js'
import type {DeviceAuthorization, IamClient, IamSession} from '../iam/client.js'

import {BaseCommand} from '../base-command.js'
import {MAX_TOKEN_LENGTH, tokenFault} from '../credentials/token.js'
import {NnoError, tokenRejected, usageError} from '../errors.js'

type Shown = Pick<Credentials, 'email' | 'expiresAt' | 'iamUrl' | 'platformId' | 'role'>

/** What `nno login --json` prints. `verified` is whether IAM knows the session. */
type LoginResult = Shown & {
  credentialsPath: string
  method: 'device' | 'token'
  status: 'authenticated'
  verified: boolean
}

/** What a login brings: a token, and whose it is. */
type NewLogin = {refreshToken: null | string; session: IamSession; token: string; verified: boolean}

const DEFAULT_IAM_URL = 'https://iam.svc.nno.app'
const TOKEN_LIFETIME_SECONDS = 30 * 24 * 60 * 60
/** How long IAM may take, in milliseconds: to look a session up, and to begin a login. */
const LOOK_UP_MILLISECONDS = 5000
const START_MILLISECONDS = 10_000

export default class Login extends BaseCommand {
  static override description = `Stores who you are in the credential file ~/.nno/credentials.json, which only you can read. A login over a login replaces it; a login that fails changes nothing.

Without --token it shows a URL and a code, which you confirm in any browser (RFC 8628). With --token it stores a token, after IAM was asked about it; a token that IAM refuses is not stored. \`--token -\` reads the token from standard input, where neither the list of processes nor the history of the shell shows it.`
  static override examples = [
    {command: '<%= config.bin %> login', description: 'Log in as a person, with a browser.'},
    {
      command: 'printf %s "$NNO_API_TOKEN" | <%= config.bin %> login --token -',
      description: 'Log in with a token that nobody else on this machine sees.',
    },
    {
      command: '<%= config.bin %> login --token "$NNO_API_TOKEN" --offline',
      description: 'Log in with a token, without asking IAM about it.',
    },
  ]
  static override exitCodes = {
    0: 'logged in',
    2: 'the command line was not understood, the token cannot be one, or there is no token and no terminal',
    4: 'IAM refused the token, or the login was denied or not approved in time',
    5: 'IAM could not be asked for a code',
    6: 'the credential file could not be written; the old one is unchanged',
  }
  static override flags = {
    device: Flags.boolean({summary: 'Log in with a browser even where there is no terminal.'}),
    'iam-url': Flags.string({helpValue: 'URL', summary: 'Log in to this IAM.'}),
    'no-browser': Flags.boolean({summary: 'Open no browser, only show the URL.'}),
    offline: Flags.boolean({summary: 'Store the token without asking IAM about it.'}),
    token: Flags.string({
      char: 't',
      helpValue: 'TOKEN',
      summary: 'Log in with this token; with - for the one on standard input.',
    }),
  }
  static override summary = 'Log in to the NNO platform.'
  static override usage = [
    'login [--device] [--no-browser] [--iam-url URL] [--json]',
    'login --token TOKEN [--offline] [--iam-url URL] [--json]',
    'login --token - [--offline] [--iam-url URL] [--json]',
  ]

  async run(): Promise<LoginResult> {
    const {flags} = await this.parse(Login)
    const {token} = flags
    if (token === undefined && flags.offline) throw usageError('--offline needs --token.', 'See `nno help login`.')
    if (token !== undefined && flags.device)
      throw usageError('--device and --token exclude each other.', 'See `nno help login`.')
    if (token === undefined && !flags.device && !this.services.hasTerminal()) {
      throw usageError(
        'There is no terminal to log in from, and no --token.',
        'In a pipeline, run `nno login --token -` and hand the token to its standard input. With --device, somebody else can open the URL that is shown.',
      )
    }

    const iam = await this.services.connect({named: flags['iam-url'] ?? DEFAULT_IAM_URL})
    return token === undefined
      ? this.loginWithDevice(iam, !flags['no-browser'])
      : this.loginWithToken(iam, token === '-' ? await this.readToken() : token, !flags.offline)
  }

  private async loginWithDevice(iam: IamClient, withBrowser: boolean): Promise<LoginResult> {
    const device = await iam.startDevice({milliseconds: START_MILLISECONDS})
    await this.showInstructions(device)
    if (withBrowser) await this.services.openBrowser(device.verificationUriComplete ?? device.verificationUri)
    const granted = await this.services.awaitApproval(iam, device)
    let answer = await this.lookUp(iam, granted.token)
    if (!isSession(answer)) answer = await this.lookUp(iam, granted.token)
    const session = isSession(answer) ? answer : this.stranger('unknown', granted.expiresIn ?? TOKEN_LIFETIME_SECONDS)
    const result = await this.store(iam, 'device', {...granted, session, verified: isSession(answer)})
    await this.status({kind: 'success', text: `Authenticated as ${session.email}`})
    if (!result.verified) await this.warnings(['The login is stored, but IAM could not say whose it is.'])
    return result
  }

  private async loginWithToken(iam: IamClient, token: string, ask: boolean): Promise<LoginResult> {
    const fault = tokenFault(token)
    if (fault) {
      throw usageError(fault, 'Check that it was copied whole and alone, and that the variable it comes from is set.')
    }

    const answer = ask ? await this.lookUp(iam, token) : undefined
    if (answer === 'refused') throw tokenRejected(this.credentials.location, iam.clockHints)
    const session = isSession(answer) ? answer : this.stranger('ci-user', TOKEN_LIFETIME_SECONDS)
    const result = await this.store(iam, 'token', {refreshToken: null, session, token, verified: isSession(answer)})
    await this.status({kind: 'success', text: 'Authenticated via token'})
    if (answer instanceof NnoError) await this.warnings([`The token is stored, but not verified. ${answer.message}`])
    return result
  }

  /** Who the token's session belongs to, 'refused', or the error that kept IAM from saying so. */
  private async lookUp(iam: IamClient, token: string): Promise<'refused' | IamSession | NnoError> {
    try {
      return (await iam.findSession(token, {milliseconds: LOOK_UP_MILLISECONDS})) ?? 'refused'
    } catch (error) {
      if (error instanceof NnoError) return error
      throw error
    }
  }

  /** The one line on standard input, without its newline. */
  private async readToken(): Promise<string> {
    // Not a prompt: without it, nno would seem to hang.
    const text = 'Reading the token from standard input: paste it, and press Enter.'
    if (this.services.hasInputTerminal()) await this.status({kind: 'info', stream: 'stderr', text})
    const input = await this.services.readStandardInput(MAX_TOKEN_LENGTH + 2)
    return input.replace(/\r?\n$/, '')
  }

  private async showInstructions({userCode, verificationUri}: DeviceAuthorization): Promise<void> {
    const lines = [
      {kind: 'info', text: 'Open this URL in your browser:'},
      {kind: 'info', text: `  ${verificationUri}`},
      {kind: 'box', text: `Code: ${userCode}`},
      // RFC 8628 section 5.4: somebody else may have sent the code.
      {kind: 'warning', text: 'Only continue if you started this login yourself.'},
      {kind: 'info', text: 'Waiting for authentication...'},
    ] as const
    for (const line of lines) await this.status({...line, stream: 'stderr'})
  }

  private async store(iam: IamClient, method: LoginResult['method'], login: NewLogin): Promise<LoginResult> {
    const {refreshToken, session, token, verified} = login
    const {email, expiresAt, platformId, role} = session
    const shown = {email, expiresAt, iamUrl: iam.url, platformId, role}
    await this.warnings(await this.credentials.writeCredentials({...shown, refreshToken, token}))
    return {credentialsPath: this.credentials.location, ...shown, method, status: 'authenticated', verified}
  }

  /** A session that IAM tells nothing about. */
  private stranger(email: string, seconds: number): IamSession {
    const expiresAt = new Date(this.services.now() + seconds * 1000).toISOString()
    return {email, expiresAt, id: null, platformId: null, role: null}
  }
}

function isSession(answer: 'refused' | IamSession | NnoError | undefined): answer is IamSession {
  return typeof answer === 'object' && !(answer instanceof NnoError)
}
