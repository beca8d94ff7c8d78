import {mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import type {Credentials} from '../../src/credentials/store.js'

/** No command but `nno token` may ever show one of these: the spawning helper looks for them. */
export const TOKEN = 'nno-test-token-4f9c1b7e2d'
export const OTHER_TOKEN = 'nno-test-token-a83d5e6c10'

export const CREDENTIALS: Credentials = {
  email: 'developer@acme.com',
  expiresAt: '2099-01-02T03:04:05.678Z',
  iamUrl: 'https://iam.svc.nno.app',
  platformId: 'r4xk9m2zt5',
  refreshToken: null,
  role: 'platform-admin',
  token: TOKEN,
}

const homes: string[] = []

/** A new, empty home folder, removed when the tests are over. */
export function makeHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'nno-test-'))
  homes.push(home)
  return home
}

export function removeHomes(): void {
  for (const home of homes.splice(0)) rmSync(home, {force: true, recursive: true})
}

export function credentialPath(home: string): string {
  return join(home, '.nno', 'credentials.json')
}

/** A home whose credential file holds exactly this, with the modes that a login gives. */
export function homeWith(content: Buffer | Credentials | string): string {
  const home = makeHome()
  mkdirSync(join(home, '.nno'), {mode: 0o700})
  const bytes = typeof content === 'string' || Buffer.isBuffer(content) ? content : JSON.stringify(content)
  writeFileSync(credentialPath(home), bytes, {mode: 0o600})
  return home
}

export function readFile(home: string): string {
  return readFileSync(credentialPath(home), 'utf8')
}

export function modeOf(path: string): string {
  return (statSync(path).mode & 0o7777).toString(8)
}

/** The names in a folder, sorted. */
export function namesIn(folder: string): string[] {
  return readdirSync(folder).sort()
}

/** Every file below a folder that holds the text. */
export function filesWith(text: string, folder: string): string[] {
  return readdirSync(folder, {recursive: true, withFileTypes: true})
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => readFileSync(path).includes(text))
}
