import {statSync} from 'node:fs'
import {dirname, isAbsolute, join} from 'node:path'

import type {Clearing, Credentials, CredentialStore, Reading} from './store.js'

import {credentialFileError} from '../errors.js'
import {clearFile} from './clear-file.js'
import {pause, stepUnlessMissing} from './disk.js'
import {explain, homeUnknown, UNCHANGED} from './faults.js'
import {ATTEMPTS, look} from './look.js'
import {exposure} from './ownership.js'
import {MAX_FILE_BYTES, serialize} from './schema.js'

/**
 * The credential file: `~/.nno/credentials.json`.
 *
 * A login replaces it (temporary file, fsync, rename, fsync of the folder), so that every
 * reader sees the old credentials or the new. A logout overwrites it in place, so that hard
 * links, symlink targets and the blocks on disk lose the token too, on a full disk as well.
 * docs/storage.md has the promises and the order of the steps.
 */
export class FileCredentialStore implements CredentialStore {
  readonly #homedir: () => string

  /** @param homedir where the user's home is, as `os.homedir` tells it */
  constructor(homedir: () => string) {
    this.#homedir = homedir
  }

  get location(): string {
    const home = this.#homedir()
    if (home === '') throw homeUnknown('There is no home folder: HOME is empty, or not set and unknown to the system.')
    if (!isAbsolute(home)) throw homeUnknown('HOME is not an absolute path.')
    return join(home, '.nno', 'credentials.json')
  }

  async clearCredentials(): Promise<Clearing> {
    const path = this.#pathBelowHome()
    return clearFile(path)
  }

  async readCredentials(): Promise<Reading> {
    const path = this.#pathBelowHome()
    for (let attempt = 1; ; attempt++) {
      const sight = explain('read', path, UNCHANGED, () => look(path))
      if (!sight || sight.verdict.state === 'empty') return {state: 'empty'}
      if (sight.verdict.state === 'found') {
        const warning = exposure(path, sight.status)
        return {...sight.verdict, warnings: warning ? [warning] : []}
      }

      // What looks broken may be a logout that is half way.
      if (attempt === ATTEMPTS) return sight.verdict
      await pause(5)
    }
  }

  async writeCredentials(credentials: Credentials): Promise<readonly string[]> {
    const bytes = serialize(credentials)
    const path = this.#pathBelowHome()
    if (bytes.length > MAX_FILE_BYTES) {
      throw credentialFileError(`The credentials are larger than ${MAX_FILE_BYTES} bytes. ${path} is unchanged.`, [
        'Log in with another token: no part of a login should be that long.',
      ])
    }

    // Only a login needs it.
    const {replaceFile} = await import('./replace-file.js')
    return replaceFile(path, bytes)
  }

  /** The home folder is the one thing that nno never creates: without it, "not logged in" could be wrong. */
  #pathBelowHome(): string {
    const path = this.location
    const home = dirname(dirname(path))
    if (explain('read', path, UNCHANGED, () => stepUnlessMissing('stat', () => statSync(home)))) return path
    throw homeUnknown(`The home folder ${home} does not exist.`)
  }
}
