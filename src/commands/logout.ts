import * as Flags from '@oclif/core/flags'

import {BaseCommand} from '../base-command.js'
import {ExitCode} from '../errors.js'

/** What `nno logout --json` prints. */
type LogoutResult = {
  credentialsPath: string
  revocation: 'not_requested' | 'revoked' | 'unconfirmed'
  /** How long the session stays usable at the server: ISO 8601, or null when it is not, or not known. */
  sessionExpiresAt: null | string
  status: 'logged_out' | 'not_logged_in'
}

const ACTIVE_SESSIONS = 'the "Active sessions" page of https://console.app.nno.app'
/** How long IAM may take to end the session. */
const REVOKE_MILLISECONDS = 10_000

export default class Logout extends BaseCommand {
  static override description = `Overwrites the credential file ~/.nno/credentials.json with an empty payload, so that no token is left on this machine. It asks nothing, opens no connection, and keeps the folder ~/.nno.

The session itself stays valid at the server until it expires. With --revoke it is ended there first; whether or not that works, the file is cleared.`
  static override examples = [
    {command: '<%= config.bin %> logout', description: 'Log out on this machine.'},
    {command: '<%= config.bin %> logout --revoke', description: 'End the session at the server too.'},
    {command: '<%= config.bin %> logout --json', description: 'Log out, and tell a script what happened.'},
  ]
  static override exitCodes = {
    0: 'logged out, or nobody was logged in',
    2: 'the command line was not understood',
    6: 'the credential file could not be read or cleared',
    7: 'logged out here, but IAM did not confirm that the session is revoked',
  }
  static override flags = {
    revoke: Flags.boolean({summary: 'First end the session at the server.'}),
  }
  static override summary = 'Log out of the NNO platform.'

  async run(): Promise<LogoutResult> {
    const {flags} = await this.parse(Logout)
    const interruption = flags.revoke ? await this.services.listenForInterrupt() : undefined
    const revocation = interruption ? await this.revoke(interruption.signal) : 'not_requested'
    const {previous, warnings} = await this.credentials.clearCredentials()
    interruption?.stop()

    await (previous
      ? this.status({kind: 'success', text: 'Logged out successfully'})
      : this.status({kind: 'info', text: 'Not currently logged in'}))
    if (revocation === 'revoked') await this.status({kind: 'success', text: 'Session revoked'})
    const credentialsPath = this.credentials.location
    if (previous && previous.state !== 'found')
      await this.warnings([`${credentialsPath} was not valid, and was cleared.`])
    await this.warnings(warnings)
    if (typeof revocation === 'object') {
      await this.warnings([`The session may still be valid. ${revocation.reason} Revoke it on ${ACTIVE_SESSIONS}.`])
      process.exitCode = ExitCode.NotRevoked
    }

    return {
      credentialsPath,
      revocation: typeof revocation === 'object' ? 'unconfirmed' : revocation,
      sessionExpiresAt: previous?.state === 'found' && revocation !== 'revoked' ? previous.credentials.expiresAt : null,
      status: previous ? 'logged_out' : 'not_logged_in',
    }
  }

  /** Ends the session at its own IAM. Whatever goes wrong there, the file is to be cleared: so it throws nothing. */
  private async revoke(signal: AbortSignal): Promise<'not_requested' | 'revoked' | {reason: string}> {
    try {
      const found = await this.readCredentials()
      if (!found) return 'not_requested'
      const {iamUrl, token} = found.credentials
      const iam = await this.services.connect({path: this.credentials.location, stored: iamUrl})
      const ended = await iam.endSession(token, {milliseconds: REVOKE_MILLISECONDS, signal})
      return ended ? 'revoked' : {reason: 'IAM still accepts its token.'}
    } catch (error) {
      return {reason: signal.aborted ? 'The revocation was interrupted.' : (error as Error).message}
    }
  }
}
