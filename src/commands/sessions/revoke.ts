import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'

import type {IamClient} from '../../iam/client.js'

import {BaseCommand} from '../../base-command.js'
import {ExitCode, iamUndocumented, NnoError, usageError} from '../../errors.js'

/** What `nno sessions revoke --json` prints. */
type RevokeResult = {failed: Array<{id: string; reason: string}>; loggedOut: boolean; revoked: string[]}

const MILLISECONDS = 10_000

export default class SessionsRevoke extends BaseCommand {
  static override args = {
    id: Args.string({description: 'A session to end, by its id in `nno sessions list`.', multiple: true}),
  }
  static override description = `Ends sessions at the server: their tokens stop working at once. It asks nothing before.

Ending this login's own session logs out on this machine too.`
  static override examples = [
    {
      command: '<%= config.bin %> sessions revoke "$SESSION_ID"',
      description: 'End one session, by its id in the list.',
    },
    {command: '<%= config.bin %> sessions revoke --others', description: 'End every session but this one.'},
    {
      command: '<%= config.bin %> sessions revoke --all',
      description: 'End every session, for example when a token has leaked.',
    },
  ]
  static override exitCodes = {
    0: 'all of them are ended',
    2: 'the command line was not understood',
    3: 'not logged in',
    4: 'IAM refused, or has no session with one of the ids; the others are ended',
    5: 'IAM could not be asked about one of them; the others are ended',
    6: 'the credential file could not be read or cleared',
  }
  static override flags = {
    all: Flags.boolean({summary: 'End all sessions, this one too, and log out.'}),
    others: Flags.boolean({summary: 'End all sessions but this one.'}),
  }
  static override summary = 'End sessions at the server.'
  static override usage = [
    'sessions revoke ID... [--json]',
    'sessions revoke --others [--json]',
    'sessions revoke --all [--json]',
  ]

  async run(): Promise<RevokeResult> {
    const {args, flags} = await this.parse(SessionsRevoke)
    const ids = [...new Set(args.id ?? [])]
    if ([ids.length > 0, flags.all, flags.others].filter(Boolean).length !== 1) {
      throw usageError('Give either ids, or --others, or --all.', 'See the ids with `nno sessions list`.')
    }

    const {iamUrl, token} = await this.requireCredentials()
    if (ids.includes(token)) throw usageError('That is a token, not the id of a session.', 'See `nno sessions list`.')
    const iam = await this.services.connect({path: this.credentials.location, stored: iamUrl})
    const sessions = await iam.listSessions(token, {milliseconds: MILLISECONDS})
    const own = sessions.find(({current}) => current)?.id
    if (flags.others && own === undefined) {
      throw iamUndocumented(new URL(iam.url).host, 'did not say which session is this one, so none was ended')
    }

    const known = [...new Set(sessions.map(({id}) => id))]
    const chosen = ids.length > 0 ? ids : known.filter((id) => flags.all || id !== own)
    // Its own session last: without it, IAM would refuse to end the others.
    const ordered = [...chosen.filter((id) => id !== own), ...chosen.filter((id) => id === own)]

    const result: RevokeResult = {failed: [], loggedOut: false, revoked: []}
    const kept = new Set<string>()
    for (const id of ordered) if (!(await this.revoke(iam, token, id, result))) kept.add(id)
    if (ordered.length === 0) await this.status({kind: 'info', text: 'No other sessions'})
    if (own === undefined ? flags.all && kept.size === 0 : ordered.includes(own) && !kept.has(own)) {
      const {warnings} = await this.credentials.clearCredentials()
      await this.status({kind: 'success', text: 'Logged out successfully'})
      await this.warnings(warnings)
      result.loggedOut = true
    }

    return result
  }

  private async fail(id: string, reason: string, exitCode: number, result: RevokeResult): Promise<void> {
    result.failed.push({id, reason})
    await this.failure(`Session ${id} is not revoked. ${reason}`)
    // Of several failures, that IAM could not be asked is what is worth another try.
    process.exitCode = Math.max(Number(process.exitCode ?? 0), exitCode)
  }

  /**
   * Ends one session, says what came of it, and notes it in the result and the exit code.
   *
   * @returns whether it is gone, by this or before
   */
  private async revoke(iam: IamClient, token: string, id: string, result: RevokeResult): Promise<boolean> {
    try {
      if (await iam.deleteSession(token, id, {milliseconds: MILLISECONDS})) {
        result.revoked.push(id)
        await this.status({kind: 'success', text: `Session ${id} revoked`})
        return true
      }

      await this.fail(id, 'There is no such session.', ExitCode.Refused, result)
      return true
    } catch (error) {
      if (!(error instanceof NnoError)) throw error
      await this.fail(id, error.message, error.exitCode, result)
      return false
    }
  }
}
