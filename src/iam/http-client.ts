import * as oauth from 'oauth4webapi'

import type {Bounds, DeviceAuthorization, DevicePoll, IamClient, IamSession, ListedSession} from './client.js'

import {deviceLoginRefused, iamUnreachable, NnoError, sessionNotFresh, sessionRejected} from '../errors.js'
import {type Request, send, undocumented} from './http.js'
import {parseSession, parseSessions} from './schema.js'

const CLIENT: oauth.Client = {client_id: 'nno-cli'}

/** Whether an answer says that IAM cannot answer now, rather than what it says. */
const isPassing = (status: number) => status === 429 || status >= 500

/** Ten years: a session that is said to last longer is not believed. */
const MAX_SESSION_SECONDS = 10 * 365 * 24 * 60 * 60
/** A day: nobody waits longer for a code, and a timer can count no more than 24. */
const MAX_DEVICE_SECONDS = 24 * 60 * 60

/** Whether a text is a URL that a browser shows, and not one that it runs or opens a file for. */
const isWebPage = (url: string | undefined) => url !== undefined && /^https?:\/\//i.test(url) && URL.canParse(url)

/** Whether a token could not stand in an Authorization header. */
const tokenIsUnusable = (token: string) => !/^[!-~]{1,8192}$/.test(token)

/** IAM over HTTP. */
export class HttpIamClient implements IamClient {
  readonly url: string
  /** In milliseconds, as of the last answer. */
  #clockAhead = 0
  readonly #userAgent: string

  /** @param url an allowed IAM URL, without a slash at its end */
  constructor(url: string, userAgent: string) {
    this.url = url
    this.#userAgent = userAgent
  }

  get clockHints(): readonly string[] {
    const minutes = Math.round(Math.abs(this.#clockAhead) / 60_000)
    if (Math.abs(this.#clockAhead) <= 60_000) return []
    return [
      `The clock of this machine is ${minutes} min ${this.#clockAhead > 0 ? 'ahead of' : 'behind'} IAM's: set it.`,
    ]
  }

  async deleteSession(token: string, id: string, bounds: Bounds): Promise<boolean> {
    // In a URL, these are no names but steps to another path.
    if (['', '.', '..'].includes(id)) return false
    const answer = await this.#ask(`/api/sessions/${encodeURIComponent(id)}`, token, {...bounds, method: 'DELETE'})
    if (answer.status === 404) return false
    await this.#requireAccepted(answer)
    const {status} = ((await this.#json(answer)) ?? {}) as {status?: unknown}
    if (status !== true) throw undocumented(this.url, 'did not say that the session is ended')
    return true
  }

  async endSession(token: string, bounds: Bounds): Promise<boolean> {
    // Better Auth wants a JSON body: without one it answers 415, and the session lives on.
    const half = {...bounds, milliseconds: bounds.milliseconds / 2}
    const request = {...half, body: '{}', headers: {'content-type': 'application/json'}, method: 'POST'}
    await this.#ask('/api/auth/sign-out', token, request)
    const {status} = await this.#ask('/api/nno/session', token, half)
    if (status !== 200 && status !== 401) throw this.#undocumented(status)
    return status === 401
  }

  async findSession(token: string, bounds: Bounds): Promise<IamSession | undefined> {
    const answer = await this.#ask('/api/nno/session', token, bounds)
    if (answer.status === 401 || answer.status === 403) return undefined
    const session = parseSession(await this.#json(answer))
    if (!session) throw undocumented(this.url, 'answered something else than a session')
    return session
  }

  async listSessions(token: string, bounds: Bounds): Promise<ListedSession[]> {
    const answer = await this.#ask('/api/sessions', token, bounds)
    await this.#requireAccepted(answer)
    const document = await this.#json(answer)
    const sessions = parseSessions(document)
    if (!sessions) throw undocumented(this.url, 'answered something else than a list of sessions')
    if (sessions.every(({current}) => current !== null)) return sessions as ListedSession[]
    // The server does not mark the session that asks: its own id tells.
    const own = await this.findSession(token, bounds)
    return sessions.map((session) => ({...session, current: session.current ?? session.id === own?.id}))
  }

  async pollDevice(deviceCode: string, bounds: Bounds): Promise<DevicePoll> {
    const options = this.#oauthOptions(bounds)
    const answer = await oauth.deviceCodeGrantRequest(this.#server(), CLIENT, oauth.None(), deviceCode, options)
    if (isPassing(answer.status)) throw this.#undocumented(answer.status)
    try {
      const granted = await oauth.processDeviceCodeResponse(this.#server(), CLIENT, answer)
      if (tokenIsUnusable(granted.access_token)) throw undocumented(this.url, 'granted a token that cannot be one')
      return {
        expiresIn: granted.expires_in && Math.min(granted.expires_in, MAX_SESSION_SECONDS),
        refreshToken: granted.refresh_token ?? null,
        state: 'granted',
        token: granted.access_token,
      }
    } catch (error) {
      if (!(error instanceof oauth.ResponseBodyError)) throw this.#undocumented(answer.status, error)
      if (error.error === 'authorization_pending') return {state: 'pending'}
      if (error.error === 'slow_down') return {state: 'slow_down'}
      throw deviceLoginRefused(error.error)
    }
  }

  async startDevice(bounds: Bounds): Promise<DeviceAuthorization> {
    const options = this.#oauthOptions(bounds)
    const answer = await oauth.deviceAuthorizationRequest(this.#server(), CLIENT, oauth.None(), {}, options)
    try {
      const device = await oauth.processDeviceAuthorizationResponse(this.#server(), CLIENT, answer)
      if (!isWebPage(device.verification_uri)) throw undocumented(this.url, 'named no page to log in at')
      return {
        deviceCode: device.device_code,
        expiresIn: Math.min(device.expires_in, MAX_DEVICE_SECONDS),
        // RFC 8628 section 3.2: without one, 5 seconds.
        interval: Math.max(1, Math.min(device.interval ?? 5, MAX_DEVICE_SECONDS)),
        userCode: device.user_code,
        verificationUri: device.verification_uri,
        verificationUriComplete: isWebPage(device.verification_uri_complete)
          ? device.verification_uri_complete
          : undefined,
      }
    } catch (error) {
      if (error instanceof oauth.ResponseBodyError && !isPassing(answer.status)) throw deviceLoginRefused(error.error)
      throw this.#undocumented(answer.status, error)
    }
  }

  async #ask(path: string, token: string, request: Request): Promise<Response> {
    return this.#send(this.url + path, {...request, headers: {...request.headers, authorization: `Bearer ${token}`}})
  }

  async #json(answer: Response): Promise<unknown> {
    if (answer.status !== 200) throw this.#undocumented(answer.status)
    if (!answer.headers.get('content-type')?.includes('json')) throw undocumented(this.url, 'answered no JSON')
    try {
      return await answer.json()
    } catch {
      throw undocumented(this.url, 'answered broken JSON')
    }
  }

  #oauthOptions(bounds: Bounds) {
    return {
      // URLs are checked where they enter: this is for http on loopback.
      [oauth.allowInsecureRequests]: true,
      [oauth.customFetch]: async (url: string, {body, headers, method}: oauth.CustomFetchOptions<string, unknown>) => {
        const answer = await this.#send(url, {...bounds, body: body as URLSearchParams, headers: {...headers}, method})
        // The library would stop at the challenge and not read the error that comes with it (RFC 6749 section 5.2).
        answer.headers.delete('www-authenticate')
        return answer
      },
    }
  }

  async #requireAccepted(answer: Response): Promise<void> {
    if (answer.ok) return
    if (answer.status === 403 && (await answer.clone().text()).includes('SESSION_NOT_FRESH')) throw sessionNotFresh()
    if (answer.status === 401 || answer.status === 403) throw sessionRejected(this.clockHints)
    throw this.#undocumented(answer.status)
  }

  async #send(url: string, request: Request): Promise<Response> {
    const answer = await send(new URL(url), this.#userAgent, request)
    const date = Date.parse(answer.headers.get('date') ?? '')
    if (!Number.isNaN(date)) this.#clockAhead = Date.now() - date
    return answer
  }

  #server(): oauth.AuthorizationServer {
    return {
      device_authorization_endpoint: `${this.url}/oauth/device/code`,
      issuer: this.url,
      token_endpoint: `${this.url}/oauth/device/token`,
    }
  }

  #undocumented(status: number, cause?: unknown): NnoError {
    if (cause instanceof NnoError) return cause
    if (isPassing(status)) {
      return iamUnreachable(`${new URL(this.url).host} answered ${status}.`, ['Try again in a moment.'], cause)
    }

    if (status >= 300 && status < 400)
      return undocumented(this.url, `answered with a redirect (${status}), which is not followed`)
    return undocumented(this.url, status === 200 ? 'answered something that is not documented' : `answered ${status}`)
  }
}
