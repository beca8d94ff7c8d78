import type {Bounds} from './client.js'

import {iamUndocumented, iamUnreachable, NnoError} from '../errors.js'
import {isLoopback} from './url.js'

const MAX_ANSWER_BYTES = 1024 * 1024

/** What a request consists of, beside its URL. */
export type Request = Bounds & {
  body?: string | URLSearchParams
  headers?: Record<string, string>
  method?: string
}

/**
 * Sends one request, and reads its whole answer: without following redirects, which would hand
 * the token on, and with bounds for time and size, so that no server can hold nno up.
 *
 * @throws NnoError with exit code 5 that names the host and the cause, and never a header
 */
export async function send(url: URL, userAgent: string, request: Request): Promise<Response> {
  const {body, headers, method = 'GET', milliseconds, signal} = request
  const timeout = AbortSignal.timeout(milliseconds)
  const init: RequestInit = {
    ...(body !== undefined && {body}),
    headers: {...headers, accept: 'application/json', 'user-agent': userAgent},
    method,
    redirect: 'manual',
    signal: signal ? AbortSignal.any([timeout, signal]) : timeout,
  }
  const fetchUrl = await chooseFetch(url)
  try {
    const response = await fetchUrl(url, init)
    const text = await readText(url, response)
    const bodiless = [204, 205, 304].includes(response.status)
    return new Response(bodiless ? null : text, {headers: response.headers, status: response.status})
  } catch (error) {
    if (error instanceof NnoError) throw error
    if (signal?.aborted) throw signal.reason
    throw explain(url, timeout.aborted ? `did not answer within ${milliseconds / 1000} s` : undefined, error)
  }
}

/** An answer that IAM does not document. */
export function undocumented(url: string | URL, what: string): NnoError {
  return iamUndocumented(new URL(url).host, what)
}

const PROXY_VARIABLES = ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY']

/**
 * Node's fetch, or undici's where a proxy is set. Node's ignores the variables, or, when told to
 * heed them (NODE_USE_ENV_PROXY), sends what is for this machine to the proxy too.
 */
async function chooseFetch(url: URL): Promise<typeof fetch> {
  const set = PROXY_VARIABLES.filter((name) => process.env[name])
  if (set.length === 0) return fetch
  const {default: undici} = await import('undici')
  if (isLoopback(url)) return withDispatcher(undici, new undici.Agent())
  for (const name of set) requireProxyUrl(name, process.env[name]!)
  return withDispatcher(undici, new undici.EnvHttpProxyAgent())
}

function withDispatcher(undici: typeof import('undici'), dispatcher: import('undici').Dispatcher): typeof fetch {
  return ((input: URL, init: object) => undici.fetch(input, {...init, dispatcher})) as unknown as typeof fetch
}

function requireProxyUrl(name: string, value: string): void {
  if (/^https?:\/\//i.test(value) && URL.canParse(value) && !/%(?![\da-f]{2})/i.test(value)) return
  throw iamUnreachable(`${name} does not name a proxy that can be used.`, [
    `Write it like this: ${name}=http://proxy.example:3128`,
  ])
}

async function readText(url: URL, response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body ?? []) {
    length += (chunk as Uint8Array).length
    // What counts is what it unpacks to: leaving the loop ends the connection.
    if (length > MAX_ANSWER_BYTES) throw undocumented(url, 'answered more than 1 MiB')
    chunks.push(chunk as Uint8Array)
  }

  return Buffer.concat(chunks).toString()
}

const CAUSES: Record<string, string> = {
  EAI_AGAIN: 'could not be looked up (DNS)',
  ECONNREFUSED: 'refused the connection',
  ECONNRESET: 'closed the connection',
  EHOSTUNREACH: 'cannot be reached from here',
  ENETUNREACH: 'cannot be reached from here',
  ENOTFOUND: 'is not known (DNS)',
  ETIMEDOUT: 'did not answer',
  UND_ERR_CONNECT_TIMEOUT: 'did not answer',
  UND_ERR_SOCKET: 'closed the connection',
}
const TLS = /^(?:CERT_|DEPTH_|ERR_SSL|ERR_TLS|SELF_SIGNED|UNABLE_TO_)/

/** Only the code of what `fetch` throws is shown: its messages can quote a header. */
function explain(url: URL, known: string | undefined, error: unknown): NnoError {
  const code = codeOf(error)
  const named = code ? ` (${code})` : ''
  if (code && TLS.test(code)) {
    return iamUnreachable(
      `${url.host} could not prove who it is${named}.`,
      [
        'If a proxy or a company CA stands in between, name its certificate with NODE_EXTRA_CA_CERTS.',
        ...(/NOT_YET_VALID|EXPIRED/.test(code) ? ['Check the clock of this machine.'] : []),
      ],
      error,
    )
  }

  const what = known ?? CAUSES[code ?? ''] ?? 'could not be asked'
  return iamUnreachable(`${url.host} ${what}${known ? '' : named}.`, [proxyHint(url)], error)
}

function proxyHint(url: URL): string {
  if (isLoopback(url)) return 'Check that IAM runs on this machine.'
  return PROXY_VARIABLES.some((name) => process.env[name])
    ? 'A proxy is set: check HTTPS_PROXY, HTTP_PROXY and NO_PROXY.'
    : 'Check the network. If there is a proxy, name it with HTTPS_PROXY.'
}

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  if ('code' in error && typeof error.code === 'string') return error.code
  if (error instanceof AggregateError) return codeOf(error.errors[0])
  return codeOf(error.cause)
}
