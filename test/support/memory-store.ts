import type {Clearing, Credentials, CredentialStore, Reading} from '../../src/credentials/store.js'

/** A credential store without a disk. It keeps the promises of the interface, and forgets what it must. */
export class MemoryCredentialStore implements CredentialStore {
  readonly location = '/memory/.nno/credentials.json'
  #stored: Reading

  constructor(stored?: Credentials | Reading) {
    if (!stored) this.#stored = {state: 'empty'}
    else if ('state' in stored) this.#stored = stored
    else this.#stored = {credentials: {...stored}, state: 'found', warnings: []}
  }

  async clearCredentials(): Promise<Clearing> {
    const previous = this.#stored.state === 'empty' ? undefined : this.#stored
    this.#stored = {state: 'empty'}
    return {previous, warnings: []}
  }

  async readCredentials(): Promise<Reading> {
    return structuredClone(this.#stored)
  }

  async writeCredentials(credentials: Credentials): Promise<readonly string[]> {
    this.#stored = {credentials: {...credentials}, state: 'found', warnings: []}
    return []
  }
}
