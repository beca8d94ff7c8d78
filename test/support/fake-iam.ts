import type {
  Bounds,
  DeviceAuthorization,
  DevicePoll,
  IamClient,
  IamSession,
  ListedSession,
} from '../../src/iam/client.js'

import {CREDENTIALS} from './home.js'

export const SESSION: IamSession = {
  email: CREDENTIALS.email,
  expiresAt: CREDENTIALS.expiresAt,
  id: 'own-session',
  platformId: CREDENTIALS.platformId,
  role: CREDENTIALS.role,
}

export const DEVICE: DeviceAuthorization = {
  deviceCode: 'device-code',
  expiresIn: 1800,
  interval: 5,
  userCode: 'ABCD-1234',
  verificationUri: 'https://console.app.nno.app/activate',
  verificationUriComplete: 'https://console.app.nno.app/activate?user_code=ABCD-1234',
}

/** A row of the list of sessions. */
export function listed(id: string, current = false): ListedSession {
  const time = '2026-03-01T00:00:00.000Z'
  return {createdAt: time, current, expiresAt: time, id, ipAddress: null, updatedAt: time, userAgent: 'nno/0.1.0'}
}

/** An IAM without a network. It knows the sessions that it was given, and forgets those that it ends. */
export class FakeIam implements IamClient {
  clockHints: readonly string[] = []
  polls: Array<DevicePoll | Error> = []
  readonly #sessions: Map<string, ListedSession>

  /** @param tokens the tokens that are valid, each for {@link SESSION} */
  constructor(
    readonly tokens = new Set([CREDENTIALS.token]),
    sessions = [listed('own-session', true), listed('other-1'), listed('other-2')],
    readonly url = 'https://iam.example',
  ) {
    this.#sessions = new Map(sessions.map((session) => [session.id, session]))
  }

  async deleteSession(token: string, id: string): Promise<boolean> {
    const known = this.#sessions.get(id)
    if (known?.current) this.tokens.delete(token)
    return this.#sessions.delete(id)
  }

  async endSession(token: string, _: Bounds): Promise<boolean> {
    this.tokens.delete(token)
    return true
  }

  async findSession(token: string): Promise<IamSession | undefined> {
    return this.tokens.has(token) ? {...SESSION} : undefined
  }

  async listSessions(): Promise<ListedSession[]> {
    return [...this.#sessions.values()]
  }

  async pollDevice(): Promise<DevicePoll> {
    const next = this.polls.shift() ?? new Error('polled once too often')
    if (next instanceof Error) throw next
    return next
  }

  async startDevice(): Promise<DeviceAuthorization> {
    return DEVICE
  }
}
