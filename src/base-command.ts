import type {Config} from '@oclif/core/config'

import {Command} from '@oclif/core/command'

import type {Credentials, CredentialStore, Reading} from './credentials/store.js'
import type {Status} from './hooks/status.js'

import {brokenCredentialFile, notLoggedIn} from './errors.js'
import {createServices, type Services} from './services.js'
import {columns, print} from './terminal/output.js'
import {renderJson} from './terminal/sanitize.js'

/** What one exit code of a command means, as the help shows it. */
export type ExitCodes = Readonly<Record<number, string>>

/**
 * What every command of nno has in common: its services, its status lines, `--json`, and
 * errors that pass through `explainParseError`.
 */
export abstract class BaseCommand extends Command {
  static override enableJsonFlag = true
  /** Shown in the help. */
  static exitCodes: ExitCodes = {}
  // Private to the language: what oclif serialises of a command must not reach a token.
  readonly #services: Services

  constructor(argv: string[], config: Config, services = createServices(config)) {
    super(argv, config)
    this.#services = services
  }

  protected get credentials(): CredentialStore {
    return this.#services.credentials
  }

  protected get services(): Services {
    return this.#services
  }

  /** Hands the error on in nno's words. Whoever started the command shows it and sets the exit code. */
  protected override async catch(error: Error): Promise<never> {
    const {explainParseError} = await import('./usage.js')
    const flagNames = Object.keys(this.ctor.flags ?? {})
    if (this.ctor.enableJsonFlag) flagNames.push('json')
    throw explainParseError(error, this.ctor.id.replaceAll(':', ' '), flagNames)
  }

  /** A `✖` line on stderr, for one of several things that failed. */
  protected async failure(text: string): Promise<void> {
    await this.status({kind: 'error', stream: 'stderr', text})
  }

  /** oclif would also let an environment variable turn `--json` on. */
  override jsonEnabled(): boolean {
    const end = this.argv.indexOf('--')
    return this.ctor.enableJsonFlag && this.argv.slice(0, end === -1 ? undefined : end).includes('--json')
  }

  /** oclif's own would load its colours and spinners. */
  override log(message: string): void {
    print('stdout', `${message}\n`)
  }

  protected override logJson(json: unknown): void {
    print('stdout', renderJson(json))
  }

  /** The stored credentials, or undefined when nobody is logged in; a file that is broken is an error. */
  protected async readCredentials(): Promise<Extract<Reading, {state: 'found'}> | undefined> {
    const reading = await this.credentials.readCredentials()
    if (reading.state === 'broken') throw brokenCredentialFile(this.credentials.location, reading.reason)
    return reading.state === 'found' ? reading : undefined
  }

  /** The credentials of whoever is logged in, after a warning where others can read them. */
  protected async requireCredentials(): Promise<Credentials> {
    const found = await this.readCredentials()
    if (!found) throw notLoggedIn()
    await this.warnings(found.warnings)
    return found.credentials
  }

  /**
   * Announces a status line through the `status` hook, on stdout where nothing else is said.
   * With `--json`, stdout belongs to the JSON document alone.
   */
  protected async status(status: Omit<Status, 'stream'> & {stream?: Status['stream']}): Promise<void> {
    const {stream = 'stdout'} = status
    if (stream === 'stdout' && this.jsonEnabled()) return
    const {failures} = await this.config.runHook('status', {status: {...status, stream}})
    // oclif keeps quiet about a hook that fails.
    if (failures[0]) throw failures[0].error
  }

  /** Rows below headings on stdout; where a terminal is too narrow for them, one block for each row. */
  protected async table(headings: readonly string[], rows: ReadonlyArray<readonly string[]>): Promise<void> {
    if (this.jsonEnabled()) return
    const {renderTable} = await import('./terminal/table.js')
    print('stdout', renderTable(headings, rows, columns('stdout')))
  }

  /** A `⚠` line on stderr for each sentence. */
  protected async warnings(sentences: readonly string[]): Promise<void> {
    for (const text of sentences) {
      await this.status({kind: 'warning', stream: 'stderr', text})
    }
  }
}
