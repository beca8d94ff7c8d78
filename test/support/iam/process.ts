import Database from 'libsql'
import {type ChildProcess, spawn} from 'node:child_process'
import {once} from 'node:events'
import {join} from 'node:path'
import {createInterface} from 'node:readline'

import type {IamOptions} from './server.js'

import {makeHome} from '../home.js'
import {ROOT} from '../nno.js'

/** A request that the server saw. */
export type SeenRequest = {authorized: boolean; method: string; path: string; userAgent: string}

const EMAIL = 'developer@acme.com'
const PASSWORD = 'correct horse battery staple'

/** The identity service in a process of its own, with its database to look into, and its user. */
export class IamProcess {
  readonly database = join(makeHome(), 'iam.sqlite')
  requests: SeenRequest[] = []
  url = ''
  #child: ChildProcess | undefined
  readonly #options: Partial<IamOptions>

  constructor(options: Partial<IamOptions> = {}) {
    this.#options = options
  }

  /** Approves or denies a code, over HTTP, as the signed-in user. */
  async decide(userCode: string, decision: 'approve' | 'deny'): Promise<void> {
    const signedIn = await this.#post('/activate/sign-in', {email: EMAIL, password: PASSWORD, user_code: userCode})
    const cookie = signedIn.headers
      .getSetCookie()
      .map((line) => line.split(';', 1)[0])
      .join('; ')
    await this.#post('/activate/code', {user_code: userCode}, cookie)
    const decided = await this.#post('/activate/decision', {decision, user_code: userCode}, cookie)
    if (!decided.ok) throw new Error(`the page answered ${decided.status}`)
  }

  /** The token of a new session of the user. */
  async newToken(): Promise<string> {
    const answer = await fetch(`${this.url}/api/auth/sign-in/email`, {
      body: JSON.stringify({email: EMAIL, password: PASSWORD}),
      headers: {'content-type': 'application/json', origin: this.url},
      method: 'POST',
    })
    return ((await answer.json()) as {token: string}).token
  }

  /** The sessions in the server's own table, oldest first. */
  sessions(): Array<{id: string; token: string; userAgent: null | string}> {
    const database = new Database(this.database, {readonly: true})
    try {
      return database.prepare('select id, token, userAgent from session order by createdAt').all() as never
    } finally {
      database.close()
    }
  }

  async start(): Promise<this> {
    // A server that comes back comes back at the same address.
    const port = this.url ? Number(new URL(this.url).port) : 0
    const options = JSON.stringify({database: this.database, interval: 1, ...this.#options, port})
    const script = join(ROOT, 'test', 'support', 'iam', 'start.ts')
    this.#child = spawn(process.execPath, ['--import', 'tsx', script, options], {
      cwd: ROOT,
      env: {...process.env, IAM_SECRET: 'a secret of 32 characters or more', NODE_ENV: ''},
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const lines = createInterface({input: this.#child.stdout!})
    return new Promise((resolve, reject) => {
      this.#child!.once('exit', () => reject(new Error('IAM did not start')))
      lines.on('line', (line) => {
        const message = JSON.parse(line) as SeenRequest | {url: string}
        if (!('url' in message)) {
          this.requests.push(message)
          return
        }

        this.url = message.url
        resolve(this)
      })
    })
  }

  async stop(): Promise<void> {
    const child = this.#child
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  }

  async #post(path: string, fields: Record<string, string>, cookie = ''): Promise<Response> {
    return fetch(this.url + path, {
      body: new URLSearchParams(fields),
      headers: {cookie},
      method: 'POST',
      redirect: 'manual',
    })
  }
}
