import type {ListedSession} from '../../iam/client.js'

import {BaseCommand} from '../../base-command.js'

const MILLISECONDS = 10_000

/** A time to the minute, which is what a person compares. */
const minute = (time: null | string) => time?.replace('T', ' ').replace(/:\d\d\.\d{3}Z$/, ' UTC') ?? '-'

export default class SessionsList extends BaseCommand {
  static override description =
    'Shows every session of yours, newest first: which client it is, from where, and until when it is valid. It is the "Active sessions" page of the console in the terminal.'
  static override examples = [
    {command: '<%= config.bin %> sessions list', description: 'Show all sessions.'},
    {command: '<%= config.bin %> sessions list --json', description: 'Hand them to a script.'},
  ]
  static override exitCodes = {
    0: 'shown',
    2: 'the command line was not understood',
    3: 'not logged in',
    4: 'IAM refused: the session is expired, revoked, or too old to see the others',
    5: 'IAM could not be asked',
    6: 'the credential file could not be read, or is not valid',
  }
  static override summary = 'Show your active sessions.'

  async run(): Promise<{sessions: ListedSession[]}> {
    await this.parse(SessionsList)
    const {iamUrl, token} = await this.requireCredentials()
    const iam = await this.services.connect({path: this.credentials.location, stored: iamUrl})
    const sessions = await iam.listSessions(token, {milliseconds: MILLISECONDS})
    await this.table(
      ['ID', 'CURRENT', 'CLIENT', 'ADDRESS', 'CREATED', 'LAST USED', 'EXPIRES'],
      sessions.map(({createdAt, current, expiresAt, id, ipAddress, updatedAt, userAgent}) => [
        id,
        current ? 'this one' : '',
        userAgent ?? '-',
        ipAddress ?? '-',
        minute(createdAt),
        minute(updatedAt),
        minute(expiresAt),
      ]),
    )
    return {sessions}
  }
}
