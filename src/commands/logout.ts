import {BaseCommand} from '../base-command.js'

/** What `nno logout --json` prints. */
type LogoutResult = {
  credentialsPath: string
  revocation: 'not_requested'
  /** How long the session stays usable at the server: ISO 8601, or null when that is not known. */
  sessionExpiresAt: null | string
  status: 'logged_out' | 'not_logged_in'
}

export default class Logout extends BaseCommand {
  static override description = `Overwrites the credential file ~/.nno/credentials.json with an empty payload, so that no token is left on this machine. It asks nothing, opens no connection, and keeps the folder ~/.nno.

The session itself stays valid at the server until it expires. End it on the "Active sessions" page of https://console.app.nno.app.`
  static override examples = [
    {command: '<%= config.bin %> logout', description: 'Log out.'},
    {command: '<%= config.bin %> logout --json', description: 'Log out, and tell a script what happened.'},
  ]
  static override exitCodes = {
    0: 'logged out, or nobody was logged in',
    2: 'the command line was not understood',
    6: 'the credential file could not be read or cleared',
  }
  static override summary = 'Log out of the NNO platform.'

  async run(): Promise<LogoutResult> {
    await this.parse(Logout)
    const before = await this.credentials.readCredentials()
    const {cleared, warnings} = await this.credentials.clearCredentials()
    await (cleared
      ? this.status({kind: 'success', text: 'Logged out successfully'})
      : this.status({kind: 'info', text: 'Not currently logged in'}))
    const credentialsPath = this.credentials.location
    if (cleared && before.state !== 'found') await this.warnings([`${credentialsPath} was not valid, and was cleared.`])
    await this.warnings(warnings)
    return {
      credentialsPath,
      revocation: 'not_requested',
      sessionExpiresAt: cleared && before.state === 'found' ? before.credentials.expiresAt : null,
      status: cleared ? 'logged_out' : 'not_logged_in',
    }
  }
}
