/** What the credential file holds for somebody who is logged in. */
export type Credentials = {
  /** The user's address, or `ci-user` when IAM was not asked. */
  email: string
  /** When the session ends: ISO 8601, UTC, with milliseconds. */
  expiresAt: string
  /** The IAM base URL that these credentials belong to. */
  iamUrl: string
  /** The platform's 10-character id, or null when it is not known. */
  platformId: null | string
  /** As IAM returned it, or null. */
  refreshToken: null | string
  /** For example `platform-admin`, or null when it is not known. */
  role: null | string
  /** The bearer token for IAM. */
  token: string
}

/**
 * What a look at the stored credentials finds.
 *
 * - `empty`: nobody is logged in. There is no file, or it is blank, or it begins with the empty
 *   payload `{}` (what a logout leaves, even one that was cut short).
 * - `found`: somebody is logged in. `warnings` are sentences for the user, such as that others
 *   can read the file.
 * - `broken`: there is something else, and it may still hold a token. It is never to be called
 *   "not logged in". `reason` says what is wrong without quoting it.
 */
export type Reading =
  | {credentials: Credentials; state: 'found'; warnings: readonly string[]}
  | {reason: string; state: 'broken'}
  | {state: 'empty'}

/** What a logout did. `previous` is what it cleared, undefined when there was nothing to clear. */
export type Clearing = {previous: Reading | undefined; warnings: readonly string[]}

/**
 * Keeps the credentials of one user.
 *
 * Every method that fails throws an `NnoError` with exit code 6 that says what failed, where,
 * and whether the stored credentials are unchanged, cleared or saved.
 */
export interface CredentialStore {
  /**
   * Makes the stored credentials empty. When it returns, no earlier token can be reached
   * through the store, by whatever name, and that is on disk. Creates nothing, and changes
   * nothing when there is nothing to clear.
   */
  clearCredentials(): Promise<Clearing>

  /** Where the credentials are, as shown to the user: an absolute path. */
  readonly location: string

  /** Looks at what is stored, and changes nothing. Broken content is an answer, not an error. */
  readCredentials(): Promise<Reading>

  /**
   * Replaces whatever is stored. When it returns, the new credentials are on disk, readable by
   * the user alone; when it throws, the old ones are as they were, unless the message says
   * "saved". Resolves to warnings for the user.
   */
  writeCredentials(credentials: Credentials): Promise<readonly string[]>
}
