import {serve} from '@hono/node-server'
import {betterAuth} from 'better-auth'
import {APIError} from 'better-auth/api'
import {getMigrations} from 'better-auth/db/migration'
import {bearer, deviceAuthorization} from 'better-auth/plugins'
import {type Context, Hono} from 'hono'
import {Kysely, SqliteDialect} from 'kysely'
import Database from 'libsql'
import {randomBytes, randomInt} from 'node:crypto'

import {codePage, decisionPage, messagePage, signInPage} from './pages.js'

/** How an IAM for tests differs from one in production. Times are in seconds. */
export type IamOptions = {
  /** The file of the SQLite database. */
  database: string
  /** How long a device code is valid. */
  expiresIn: number
  /** How old a session may be to see the list of sessions; 0 for any age. */
  freshAge: number
  /** How long the client is to wait between polls. */
  interval: number
  /** 0 for any free port. */
  port: number
}

/** What the server tells of a request. */
export type LoggedRequest = {authorized: boolean; method: string; path: string; userAgent: string | undefined}

/** Someone who can sign in. */
export type IamUser = {email: string; name: string; password: string; platformId: null | string; role: null | string}

const LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZ'

/** A code such as ABCD-1234. */
function generateUserCode(): string {
  const letters = Array.from({length: 4}, () => LETTERS[randomInt(LETTERS.length)]).join('')
  return `${letters}-${randomInt(10_000).toString().padStart(4, '0')}`
}

/**
 * Starts the identity service: Better Auth on a real SQLite database, behind the documented
 * surface of Neutrino's IAM and its page for device codes, on loopback.
 */
export async function startIam(options: IamOptions, log: (line: LoggedRequest) => void) {
  const app = new Hono()
  // The port comes first, since Better Auth must know its own URL.
  const listening = await listen(app, options.port)
  const url = `http://127.0.0.1:${listening}`
  const auth = createAuth(options, url)
  await (await getMigrations(auth.options)).runMigrations()

  app.use(async (c, next) => {
    const {pathname} = new URL(c.req.url)
    log({
      authorized: c.req.header('authorization') !== undefined,
      method: c.req.method,
      path: pathname,
      userAgent: c.req.header('user-agent'),
    })
    await next()
  })
  app.onError((error, c) => {
    if (error instanceof APIError) return c.json(error.body ?? {}, error.statusCode as 400)
    console.error(error)
    return c.json({error: 'server_error'}, 500)
  })

  const sessionOf = async (c: Context) => auth.api.getSession({headers: c.req.raw.headers})
  const refused = (c: Context) => c.json({error: 'unauthorized'}, 401)

  app.get('/api/nno/session', async (c) => {
    const found = await sessionOf(c)
    if (!found) return refused(c)
    const {session, user} = found
    const {email, id, name, platformId = null, role = null} = user as typeof user & {platformId?: string; role?: string}
    const {expiresAt, id: sessionId, userId} = session
    return c.json({
      expiresAt,
      permissions: [],
      platformId,
      role,
      session: {expiresAt, id: sessionId, userId},
      user: {email, id, name},
    })
  })

  app.get('/api/sessions', async (c) => {
    const found = await sessionOf(c)
    if (!found) return refused(c)
    const rows = await auth.api.listSessions({headers: c.req.raw.headers})
    return c.json({sessions: rows.map((row) => ({...row, current: row.id === found.session.id}))})
  })

  app.delete('/api/sessions/:id', async (c) => {
    const found = await sessionOf(c)
    if (!found) return refused(c)
    const {headers} = c.req.raw
    const rows = await auth.api.listSessions({headers})
    const row = rows.find(({id}) => id === c.req.param('id'))
    if (!row) return c.json({error: 'not_found'}, 404)
    await auth.api.revokeSession({body: {token: row.token}, headers})
    return c.json({status: true})
  })

  for (const step of ['code', 'token']) {
    // RFC 8628 sends forms; Better Auth takes JSON for the token.
    app.post(`/oauth/device/${step}`, async (c) => {
      const isForm = c.req.header('content-type')?.startsWith('application/x-www-form-urlencoded')
      const body = JSON.stringify(isForm ? await c.req.parseBody() : await c.req.json())
      const headers = new Headers(c.req.raw.headers)
      headers.set('content-type', 'application/json')
      headers.delete('content-length')
      return auth.handler(new Request(`${url}/api/auth/device/${step}`, {body, headers, method: 'POST'}))
    })
  }

  app.all('/api/auth/*', async (c) => auth.handler(c.req.raw))

  app.get('/activate', async (c) => {
    const userCode = c.req.query('user_code') ?? ''
    return c.html((await sessionOf(c)) ? codePage(userCode) : signInPage(userCode))
  })
  app.post('/activate/sign-in', async (c) => {
    const {email, password, user_code: userCode} = await form(c)
    const answer = await auth.api.signInEmail({asResponse: true, body: {email: email!, password: password!}})
    if (!answer.ok) return c.html(signInPage(userCode ?? '', 'That did not work.'), 401)
    for (const cookie of answer.headers.getSetCookie()) c.header('set-cookie', cookie, {append: true})
    return c.redirect(`/activate?user_code=${encodeURIComponent(userCode ?? '')}`)
  })
  app.post('/activate/code', async (c) => {
    const userCode = normalize((await form(c)).user_code ?? '')
    try {
      await auth.api.deviceVerify({headers: c.req.raw.headers, query: {user_code: userCode}})
      return c.html(decisionPage(userCode))
    } catch {
      return c.html(codePage(userCode, 'There is no such code.'), 400)
    }
  })
  app.post('/activate/decision', async (c) => {
    const {decision, user_code: userCode} = await form(c)
    const request = {body: {userCode: userCode!}, headers: c.req.raw.headers}
    await (decision === 'approve' ? auth.api.deviceApprove(request) : auth.api.deviceDeny(request))
    return c.html(messagePage(decision === 'approve' ? 'You are logged in. Go back to your terminal.' : 'Denied.'))
  })

  return {
    /** Adds someone who can sign in. */
    async addUser({email, name, password, platformId, role}: IamUser): Promise<void> {
      const body = {email, name, password, ...(platformId && {platformId}), ...(role && {role})}
      await auth.api.signUpEmail({body})
    },
    url,
  }
}

function createAuth({database, expiresIn, freshAge, interval}: IamOptions, url: string) {
  return betterAuth({
    baseURL: url,
    database: {
      db: new Kysely({dialect: new SqliteDialect({database: new Database(database)})}),
      type: 'sqlite',
    },
    emailAndPassword: {autoSignIn: false, enabled: true},
    logger: {disabled: true},
    plugins: [
      bearer(),
      deviceAuthorization({
        expiresIn: `${expiresIn}s`,
        generateUserCode,
        interval: `${interval}s`,
        validateClient: (clientId) => clientId === 'nno-cli',
        verificationUri: `${url}/activate`,
      }),
    ],
    rateLimit: {enabled: false},
    secret: process.env.IAM_SECRET ?? randomBytes(32).toString('hex'),
    session: {freshAge},
    telemetry: {enabled: false},
    user: {
      additionalFields: {
        platformId: {required: false, type: 'string'},
        role: {required: false, type: 'string'},
      },
    },
  })
}

/** Serves on loopback, and resolves to the port. */
async function listen(app: Hono, port: number): Promise<number> {
  return new Promise((resolve) => {
    serve({fetch: app.fetch, hostname: '127.0.0.1', port}, (info) => resolve(info.port))
  })
}

async function form(c: Context): Promise<Record<string, string | undefined>> {
  return (await c.req.parseBody()) as Record<string, string | undefined>
}

/** People type a code in their own way: the page knows that `abcd 1234` means ABCD-1234. */
function normalize(typed: string): string {
  const plain = typed.toUpperCase().replaceAll(/[^\dA-Z]/g, '')
  return `${plain.slice(0, 4)}-${plain.slice(4)}`
}
