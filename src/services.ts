import {homedir} from 'node:os'

import type {CredentialStore} from './credentials/store.js'

import {FileCredentialStore} from './credentials/file-store.js'
import {readStandardInput} from './terminal/input.js'

/** Every real part that a command works with. Tests hand in others. */
export type Services = {
  readonly credentials: CredentialStore
  /** The current time in milliseconds since 1970, as `Date.now` tells it. */
  readonly now: () => number
  /** All of standard input, or its first line at a terminal. */
  readonly readStandardInput: (maxCharacters: number) => Promise<string>
}

/** The only place where the parts are chosen and put together. */
export function createServices(): Services {
  return {
    credentials: new FileCredentialStore(homedir),
    now: Date.now,
    readStandardInput,
  }
}
