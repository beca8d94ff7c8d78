import type {IamSession, ListedSession} from './client.js'

type Fields = Record<string, unknown>

function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {}
}

function text(value: unknown): null | string {
  return typeof value === 'string' && value !== '' ? value : null
}

/** A date as IAM writes it, in the one form that nno stores and shows. */
function date(value: unknown): null | string {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN
  const text = Number.isNaN(time) ? '' : new Date(time).toISOString()
  // A year of more than four digits would make it longer, and is no date that anybody means.
  return text.length === 24 ? text : null
}

/** The session in an answer of `GET /api/nno/session`, or undefined when it is not one. */
export function parseSession(document: unknown): IamSession | undefined {
  const answer = fields(document)
  const [session, user] = [fields(answer.session), fields(answer.user)]
  const [email, expiresAt] = [text(user.email), date(answer.expiresAt) ?? date(session.expiresAt)]
  if (!email || !expiresAt) return undefined
  return {
    email,
    expiresAt,
    id: text(session.id),
    platformId: text(answer.platformId) ?? text(user.platformId),
    role: text(answer.role) ?? text(user.role),
  }
}

/** A row of the list, where a server may not say which session asks. */
type Row = Omit<ListedSession, 'current'> & {current: boolean | null}

/** The sessions in an answer of `GET /api/sessions`, newest first; undefined when it is no list. */
export function parseSessions(document: unknown): Row[] | undefined {
  const {sessions} = fields(document)
  if (!Array.isArray(sessions)) return undefined
  const rows = sessions.map((row): Fields => fields(row))
  // An id with half a character in it could not be asked for.
  if (rows.some((row) => !text(row.id) || /\p{Surrogate}/u.test(row.id as string))) return undefined
  return rows
    .map((row) => ({
      createdAt: date(row.createdAt),
      current: typeof row.current === 'boolean' ? row.current : null,
      expiresAt: date(row.expiresAt),
      id: row.id as string,
      ipAddress: text(row.ipAddress),
      updatedAt: date(row.updatedAt),
      userAgent: text(row.userAgent),
    }))
    .sort(
      (a, b) => Number((b.createdAt ?? '') > (a.createdAt ?? '')) - Number((b.createdAt ?? '') < (a.createdAt ?? '')),
    )
}
