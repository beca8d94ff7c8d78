/** What IAM tells about the session that a token belongs to. */
export type IamSession = {
  email: string
  /** ISO 8601, UTC, with milliseconds. */
  expiresAt: string
  /** Null where IAM does not tell. */
  id: null | string
  platformId: null | string
  role: null | string
}

/** One of the user's sessions, as the list has it. Never its token. */
export type ListedSession = {
  createdAt: null | string
  /** Whether it is the session that asks. */
  current: boolean
  expiresAt: null | string
  id: string
  ipAddress: null | string
  updatedAt: null | string
  userAgent: null | string
}

/** What the user needs to approve a login on another device (RFC 8628 section 3.2). Times are in seconds. */
export type DeviceAuthorization = {
  deviceCode: string
  expiresIn: number
  interval: number
  userCode: string
  verificationUri: string
  verificationUriComplete: string | undefined
}

/** What one poll for the token brings (RFC 8628 section 3.5). */
export type DevicePoll =
  | {expiresIn: number | undefined; refreshToken: null | string; state: 'granted'; token: string}
  | {state: 'pending' | 'slow_down'}

/** How long a call may take, in milliseconds, and what ends it earlier. */
export type Bounds = {milliseconds: number; signal?: AbortSignal}

/**
 * IAM at one base URL.
 *
 * Every method throws an `NnoError`: with exit code 5 when IAM cannot be reached or answers what
 * it does not document, with exit code 4 when it refuses.
 */
export interface IamClient {
  /** A sentence for errors, when this machine's clock was off by over a minute at the last answer. */
  readonly clockHints: readonly string[]
  /** Ends one of the user's sessions. False when there is none with this id. */
  deleteSession(token: string, id: string, bounds: Bounds): Promise<boolean>

  /**
   * Ends the session of this token, and makes sure of it: IAM answers "signed out" for a token
   * that was never one. A token that is dead already counts as ended. False when it lives on.
   */
  endSession(token: string, bounds: Bounds): Promise<boolean>

  /** The session that a token belongs to, or undefined when IAM refuses the token (401 or 403). */
  findSession(token: string, bounds: Bounds): Promise<IamSession | undefined>

  /** All of the user's sessions, newest first. */
  listSessions(token: string, bounds: Bounds): Promise<ListedSession[]>

  /** Asks once whether the user has approved (RFC 8628 section 3.4). Final refusals are errors with exit code 4. */
  pollDevice(deviceCode: string, bounds: Bounds): Promise<DevicePoll>

  /** Begins a login that is approved elsewhere (RFC 8628 section 3.1). */
  startDevice(bounds: Bounds): Promise<DeviceAuthorization>

  readonly url: string
}
