import Database from 'libsql'
import {mkdirSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {makeHome, removeHomes} from '../test/support/home.js'
import {IamProcess} from '../test/support/iam/process.js'
import {ROOT, terminal} from '../test/support/nno.js'
import {COLUMNS, screenToSvg, type Theme} from './screen-to-svg.js'

/*
 * Writes docs/pictures: what a terminal shows of the built nno and a real IAM on this machine.
 * Two runs write the same bytes. Needs Linux, for the pseudo-terminal of `script`.
 */

const FOLDER = join(ROOT, 'docs', 'pictures')

// Each can be read on its background: the contrast is 4.5 or more.
const THEMES: Record<string, Theme> = {
  dark: {
    ansi: ['#9198a1', '#ff7b72', '#3fb950', '#d29922', '#58a6ff', '#bc8cff', '#39c5cf', '#b1bac4', '#9198a1'],
    background: '#161b22',
    border: '#30363d',
    text: '#e6edf3',
  },
  light: {
    ansi: ['#1f2328', '#cf222e', '#1a7f37', '#9a6700', '#0969da', '#8250df', '#1b7c83', '#59636e', '#59636e'],
    background: '#f6f8fa',
    border: '#d0d7de',
    text: '#1f2328',
  },
}

/** What is new in each run, and what the pictures show instead. */
const STAND_INS: Array<[real: RegExp, shown: string]> = [
  // The IAM of this machine has any free port.
  [/http:\/\/127\.0\.0\.1:\d+/g, 'https://console.app.nno.app'],
  // The code of the login.
  [/\b[A-Z]{4}-\d{4}\b/g, 'ABCD-1234'],
  // SESSIONS end a hundred years late, so that they are valid whenever this runs.
  [/\b2126-/g, '2026-'],
]

/** IAM's sessions are made to be these, oldest first, since real ones have ids, times and clients of their own. */
const SESSIONS = [
  {
    createdAt: '2026-11-19T14:02:00.000Z',
    expiresAt: '2126-12-19T14:02:00.000Z',
    id: 'uJ2mXbT7eYhQ4wKcZr9LdVf0SgNp6AaE',
    ipAddress: '198.51.100.23',
    updatedAt: '2026-11-22T06:30:00.000Z',
    userAgent: 'nno/0.1.0 (linux-x64; build-7)',
  },
  {
    createdAt: '2026-11-23T09:40:00.000Z',
    expiresAt: '2126-12-23T09:40:00.000Z',
    id: 'B5tGq8ZnWxR1vHy3MkPs7DfJc0LbUe4A',
    ipAddress: '203.0.113.7',
    updatedAt: '2026-11-23T09:40:00.000Z',
    userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  },
  {
    createdAt: '2026-11-23T09:41:00.000Z',
    expiresAt: '2126-12-23T09:41:00.000Z',
    id: 'kV3nQ8sWc1YtR5hZpL0xJ7dGfB2mEaUo',
    ipAddress: '203.0.113.7',
    updatedAt: '2026-11-23T09:41:00.000Z',
    userAgent: 'nno/0.1.0 (linux-x64; laptop)',
  },
]

function settleSessions(iam: IamProcess): void {
  const columns = Object.keys(SESSIONS[0]!).map((column) => `${column} = @${column}`)
  const database = new Database(iam.database)
  const update = database.prepare(`update session set ${columns.join(', ')} where id = @realId`)
  for (const [index, {id}] of iam.sessions().entries()) update.run({...SESSIONS[index], realId: id})
  database.close()
}

/** Runs a command in a terminal, and draws what it shows, but for its flags. */
async function picture(home: string, command: string, flags = '', watch?: (printed: string) => void): Promise<void> {
  const env = {TERM: 'xterm-256color', TZ: 'UTC'}
  const printed = await terminal(`stty cols ${COLUMNS} && ${command} ${flags}`, {env, home, watch})
  let shown = `\u001B[90m$\u001B[39m ${command}\n${printed}`
  for (const [real, standIn] of STAND_INS) shown = shown.replaceAll(real, standIn)
  const name = command.replace('nno ', '').replaceAll(' ', '-')
  for (const [variant, theme] of Object.entries(THEMES)) {
    writeFileSync(join(FOLDER, `${name}-${variant}.svg`), await screenToSvg(shown, theme))
  }
}

const home = makeHome()
const iam = await new IamProcess().start()
try {
  rmSync(FOLDER, {force: true, recursive: true})
  mkdirSync(FOLDER)

  // A session on another machine.
  await iam.newToken()
  let approval: Promise<void> | undefined
  await picture(home, 'nno login', `--no-browser --iam-url ${iam.url}`, (printed) => {
    const [code] = /\b[A-Z]{4}-\d{4}\b/.exec(printed) ?? []
    if (code) approval ??= iam.decide(code, 'approve')
  })
  settleSessions(iam)
  for (const command of ['nno whoami', 'nno sessions list', 'nno help logout', 'nno logout']) {
    await picture(home, command)
  }
} finally {
  await iam.stop()
  removeHomes()
}
