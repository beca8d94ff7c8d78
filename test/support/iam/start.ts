import {mkdtempSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {type IamOptions, type IamUser, startIam} from './server.js'

/** Who can sign in, from the start. */
const USER: IamUser = {
  email: 'developer@acme.com',
  name: 'Dev Eloper',
  password: 'correct horse battery staple',
  platformId: 'r4xk9m2zt5',
  role: 'platform-admin',
}

// Better Auth checks no origins when it believes to be under test.
delete process.env.NODE_ENV

/**
 * The identity service as a process. Tests give it options as JSON and read a line of JSON for
 * each request; a person gets a user and the commands to try.
 */
const given = process.argv[2] ? (JSON.parse(process.argv[2]) as Partial<IamOptions>) : undefined
const options: IamOptions = {
  database: given?.database ?? join(mkdtempSync(join(tmpdir(), 'nno-iam-')), 'iam.sqlite'),
  expiresIn: 1800,
  freshAge: 86_400,
  interval: 5,
  port: 0,
  ...given,
}
const iam = await startIam(options, (line) => {
  console.log(given ? JSON.stringify(line) : `${line.method} ${line.path}  (${line.userAgent})`)
})
await iam.addUser(USER).catch((error: {body?: {code?: string}}) => {
  // A server that was started again has its user already.
  if (!error.body?.code?.startsWith('USER_ALREADY_EXISTS')) throw error
})

console.log(
  given
    ? JSON.stringify({url: iam.url})
    : `
IAM is at ${iam.url}
  email     ${USER.email}
  password  ${USER.password}

To approve a login, open the URL that it shows, sign in, and type the code.
Try, in another terminal, with a home that is not yours:
  export HOME="$(mktemp -d)"
  bin/run.js login --iam-url ${iam.url}
  bin/run.js whoami
  bin/run.js sessions list
  bin/run.js sessions revoke --others
  bin/run.js logout --revoke
`,
)
