import {expect} from 'chai'
import {once} from 'node:events'
import {type RequestListener, type ServerResponse} from 'node:http'
import {type AddressInfo, createServer as createTcpServer} from 'node:net'
import {gzipSync} from 'node:zlib'

import {CREDENTIALS, homeWith, makeHome, OTHER_TOKEN, readFile} from '../support/home.js'
import {type Hostile, makeCertificate, startServer} from '../support/hostile.js'
import {nno} from '../support/nno.js'
import {startProxy} from '../support/proxy.js'

const SESSION = {
  expiresAt: CREDENTIALS.expiresAt,
  platformId: null,
  role: null,
  session: {expiresAt: CREDENTIALS.expiresAt, id: 'own', userId: 'u'},
  user: {email: CREDENTIALS.email, id: 'u', name: 'Dev'},
}

const json =
  (document: unknown, status = 200): RequestListener =>
  (_, response) => {
    response.writeHead(status, {'content-type': 'application/json'}).end(JSON.stringify(document))
  }

/** Sends a byte now and then, for ever. */
function drip(response: ServerResponse): void {
  const timer = setInterval(() => response.write(' '), 200)
  response.on('close', () => clearInterval(timer))
}

describe('nno with a hostile IAM', function () {
  this.timeout(60_000)
  const open: Hostile[] = []

  afterEach(() => {
    for (const server of open.splice(0)) server.close()
  })

  async function serve(answer: RequestListener, tls?: {cert: Buffer; key: Buffer}): Promise<Hostile> {
    const server = await startServer(answer, tls)
    open.push(server)
    return server
  }

  const answers: Record<string, [answer: RequestListener, reason: RegExp]> = {
    'a body of 2 MiB': [
      (_, response) =>
        response.writeHead(200, {'content-type': 'application/json'}).end(`"${'x'.repeat(2 * 1024 * 1024)}"`),
      /answered more than 1 MiB/,
    ],
    'a bomb in gzip': [
      (_, response) =>
        response
          .writeHead(200, {'content-encoding': 'gzip', 'content-type': 'application/json'})
          .end(gzipSync(Buffer.alloc(200 * 1024 * 1024, 0x20))),
      /answered more than 1 MiB/,
    ],
    'a connection that is reset': [(request) => request.socket.resetAndDestroy(), /closed the connection/],
    'an answer without end': [
      (_, response) => {
        response.writeHead(200, {'content-type': 'application/json'})
        drip(response)
      },
      /did not answer within 10 s/,
    ],
    'an array': [json([SESSION]), /something else than a session/],
    'a page with 200': [
      (_, response) =>
        response.writeHead(200, {'content-type': 'text/html'}).end('<html>Please log in to the wifi</html>'),
      /answered no JSON/,
    ],
    'a session of wrong types': [
      json({...SESSION, expiresAt: 7, session: [], user: 'me'}),
      /something else than a session/,
    ],
    'half of its JSON': [
      (_, response) => response.writeHead(200, {'content-type': 'application/json'}).end('{"user":{"email":"dev'),
      /answered broken JSON/,
    ],
    'less than it announced': [
      (_, response) => {
        response.writeHead(200, {'content-length': '1000', 'content-type': 'application/json'}).write('{}')
        setTimeout(() => response.destroy(), 50)
      },
      /closed the connection|could not be asked/,
    ],
    null: [json(null), /something else than a session/],
    silence: [() => {}, /did not answer within 10 s/],
    'status 404': [json({error: 'not found'}, 404), /answered 404/],
    'status 429': [json({message: 'slow down'}, 429), /answered 429/],
    'status 500': [json({error: 'oops'}, 500), /answered 500/],
  }

  for (const [what, [answer, reason]] of Object.entries(answers)) {
    it(`ends with exit code 5 at ${what}, and loses nothing`, async () => {
      const {url} = await serve(answer)
      const home = homeWith({...CREDENTIALS, iamUrl: url})
      const before = readFile(home)
      const {exit, stderr, stdout} = await nno(['whoami', '--json'], {home, wrapper: timeoutWrapper(14)})
      expect({exit, stderr}).to.deep.equal({exit: 5, stderr: ''})
      expect(JSON.parse(stdout)).to.include({
        authenticated: null,
        email: CREDENTIALS.email,
        reason: 'iam_unreachable',
        verified: false,
      })
      if (!/silence|without end/.test(what)) {
        const text = await nno(['whoami'], {home})
        expect(text.stdout).to.equal('')
        expect(text.stderr).to.match(/^✖ IAM unreachable\. Use --offline to display cached credentials\.\n/)
        expect(text.stderr).to.match(reason)
        const login = await nno(['login', '--token', OTHER_TOKEN, '--iam-url', url], {home: makeHome()})
        expect(login).to.include({exit: 0, stdout: '✔ Authenticated via token\n'})
        expect(login.stderr).to.match(/^⚠ The token is stored, but not verified\. /)
        const device = await nno(['login', '--device', '--no-browser', '--iam-url', url], {home})
        expect(device.exit).to.be.oneOf(what === 'status 404' ? [4, 5] : [5])
        for (const args of [
          ['sessions', 'list'],
          ['sessions', 'revoke', '--all'],
        ]) {
          expect((await nno(args, {home})).exit).to.equal(5)
        }
      }

      expect(readFile(home)).to.equal(before)
    })
  }

  it('does not take an endless time for none', async () => {
    if (process.platform === 'win32') return
    const device = {
      device_code: 'd',
      expires_in: 1e300,
      interval: 1e300,
      user_code: 'ABCD-1234',
      verification_uri: 'https://x.example',
    }
    const {url} = await serve(json(device))
    const home = homeWith(CREDENTIALS)
    const {exit, stderr} = await nno(['login', '--device', '--no-browser', '--iam-url', url], {
      home,
      wrapper: timeoutWrapper(3),
    })
    // It was still waiting when its three seconds were over.
    expect(exit).to.equal(124)
    expect(stderr).to.match(/Waiting for authentication\.\.\.\n$/)
    expect(JSON.parse(readFile(home))).to.deep.equal(CREDENTIALS)
  })

  it('stores what a grant says, however much it promises', async () => {
    const {url} = await serve((request, response) => {
      if (request.url === '/oauth/device/code') {
        json({
          device_code: 'd',
          expires_in: 60,
          interval: 1,
          user_code: 'ABCD-1234',
          verification_uri: 'https://x.example',
        })(request, response)
      } else if (request.url === '/oauth/device/token') {
        json({access_token: OTHER_TOKEN, expires_in: 1e300, token_type: 'Bearer'})(request, response)
      } else {
        json({...SESSION, expiresAt: '+123456-01-01T00:00:00.000Z', session: {}})(request, response)
      }
    })
    const home = makeHome()
    const {exit, stdout} = await nno(['login', '--device', '--no-browser', '--iam-url', url], {home})
    expect({exit, stdout}).to.deep.equal({exit: 0, stdout: '✔ Authenticated as unknown\n'})
    expect((await nno(['whoami', '--offline'], {home})).exit).to.equal(0)
  })

  it('sends no request beside the list of sessions for an id that is a path', async () => {
    const paths: string[] = []
    const {url} = await serve((request, response) => {
      paths.push(`${request.method} ${request.url}`)
      json(request.method === 'GET' ? {sessions: []} : {}, request.method === 'GET' ? 200 : 404)(request, response)
    })
    const home = homeWith({...CREDENTIALS, iamUrl: url})
    const {exit} = await nno(['sessions', 'revoke', '..', '../nno/session', 'a?b#c'], {home})
    expect(exit).to.equal(4)
    const asked = paths.filter((path) => path.startsWith('DELETE'))
    expect(asked).to.deep.equal(['DELETE /api/sessions/..%2Fnno%2Fsession', 'DELETE /api/sessions/a%3Fb%23c'])
  })

  const DEVICE = {
    device_code: 'd',
    expires_in: 60,
    interval: 1,
    user_code: 'ABCD-1234',
    verification_uri: 'https://x.example',
  }

  /** A device login at a server that answers each poll like this. */
  async function pollAt(answer: RequestListener) {
    const {url} = await serve((request, response) => {
      const listener = request.url === '/oauth/device/code' ? json(DEVICE) : answer
      listener(request, response)
    })
    const home = homeWith(CREDENTIALS)
    const outcome = await nno(['login', '--device', '--no-browser', '--iam-url', url], {
      home,
      wrapper: timeoutWrapper(20),
    })
    expect(JSON.parse(readFile(home))).to.deep.equal(CREDENTIALS)
    return outcome
  }

  const polls: Record<string, [exit: number, answer: RequestListener]> = {
    'a client that it does not know': [
      4,
      (_, response) =>
        response
          .writeHead(401, {'content-type': 'application/json', 'www-authenticate': 'Basic realm="iam"'})
          .end('{"error":"invalid_client"}'),
    ],
    'a page': [5, (_, response) => response.writeHead(200, {'content-type': 'text/html'}).end('<html>')],
    'a redirect': [5, (_, response) => response.writeHead(302, {location: '/'}).end()],
    'a token of another kind': [5, json({access_token: OTHER_TOKEN, token_type: 'mac'})],
    'a token that cannot be one': [5, json({access_token: 'two words', token_type: 'Bearer'})],
  }
  for (const [what, [exit, answer]] of Object.entries(polls)) {
    it(`stops waiting for a login with exit code ${exit} when a poll brings ${what}`, async () => {
      expect((await pollAt(answer)).exit).to.equal(exit)
    })
  }

  it('names no page to log in at that is no web page', async () => {
    const {url} = await serve(json({...DEVICE, verification_uri: 'file:///alert'}))
    const {exit, stderr} = await nno(['login', '--device', '--iam-url', url], {home: makeHome()})
    expect(exit).to.equal(5)
    expect(stderr).not.to.include('alert')
  })

  it('does not call a session revoked when IAM does not say so', async () => {
    for (const [answer, exit] of [
      [json({status: false}), 5],
      [(_, response) => response.writeHead(200, {'content-type': 'text/html'}).end('ok'), 5],
    ] as Array<[RequestListener, number]>) {
      const {url} = await serve((request, response) => {
        const listener =
          request.method === 'GET'
            ? json({
                sessions: [
                  {current: true, id: 'own'},
                  {current: false, id: 'other'},
                ],
              })
            : answer
        listener(request, response)
      })
      const home = homeWith({...CREDENTIALS, iamUrl: url})
      const outcome = await nno(['sessions', 'revoke', '--all', '--json'], {home})
      expect(outcome.exit).to.equal(exit)
      expect(JSON.parse(outcome.stdout)).to.deep.include({loggedOut: false, revoked: []})
      expect(JSON.parse(readFile(home))).to.include({token: CREDENTIALS.token})
    }
  })

  for (const proxy of [
    '127.0.0.1:3128',
    'localhost:3128',
    'not a url',
    'socks5://127.0.0.1:1',
    'http://us%er:x@127.0.0.1:1',
  ]) {
    it(`says that ${proxy} names no proxy`, async () => {
      const home = homeWith({...CREDENTIALS, iamUrl: 'https://iam.invalid'})
      const whoami = await nno(['whoami'], {env: {HTTPS_PROXY: proxy}, home})
      expect(whoami.exit).to.equal(5)
      expect(whoami.stderr).to.match(/HTTPS_PROXY does not name a proxy that can be used\.\n {2}Write it like this:/)
      const logout = await nno(['logout', '--revoke'], {env: {HTTPS_PROXY: proxy}, home})
      expect(logout.exit).to.equal(7)
    })
  }

  it('does not follow a redirect, which would hand the token on', async () => {
    const target = await serve(json(SESSION))
    for (const status of [301, 302, 307, 308]) {
      const {url} = await serve((request, response) => {
        response.writeHead(status, {location: target.url + request.url}).end()
      })
      const home = homeWith({...CREDENTIALS, iamUrl: url})
      for (const args of [['whoami'], ['logout', '--revoke'], ['login', '--device', '--iam-url', url]]) {
        expect((await nno(args, {home})).exit).to.be.oneOf([5, 7])
      }
    }

    expect(target.requests()).to.equal(0)
  })

  it('shows nothing of an answer that a terminal would obey', async () => {
    const email = 'dev\u001B[2J\u001B]0;pwned\u0007@\u009B31macme\u202E.com\n✔ Logged out\r'
    const {url} = await serve(json({...SESSION, platformId: 'p\u0000\u200B1', role: '\u001B[8madmin', user: {email}}))
    const {exit, stdout} = await nno(['whoami'], {home: homeWith({...CREDENTIALS, iamUrl: url})})
    expect(exit).to.equal(0)
    expect(stdout).to.equal(
      '✔ Authenticated as dev@acme.com✔ Logged out\nℹ Platform: p1\nℹ Role: admin\n' +
        `ℹ Session expires: ${CREDENTIALS.expiresAt}\n`,
    )
  })

  it('says that the clock is off where IAM refuses', async () => {
    const {url} = await serve((_, response) => {
      const date = new Date(Date.now() - 3 * 3_600_000).toUTCString()
      response.writeHead(401, {'content-type': 'application/json', date}).end('{}')
    })
    const {exit, stderr} = await nno(['whoami'], {home: homeWith({...CREDENTIALS, iamUrl: url})})
    expect(exit).to.equal(4)
    expect(stderr).to.equal(
      "✖ Session expired or revoked. Run: nno login again.\n  The clock of this machine is 180 min ahead of IAM's: set it.\n",
    )
  })

  for (const url of [
    'http://iam.svc.nno.app',
    'https://a:b@iam.svc.nno.app',
    'http://127.0.0.1:1?',
    'http://127.0.0.1:1#',
    'nonsense',
  ]) {
    it(`refuses --iam-url ${url} before anything else`, async () => {
      for (const args of [['whoami'], ['login', '--token', OTHER_TOKEN]]) {
        const {exit, stderr} = await nno([...args, '--iam-url', url], {home: homeWith(CREDENTIALS)})
        expect(exit).to.equal(2)
        expect(stderr).to.match(/^✖ The IAM URL /)
      }
    })
  }

  it('refuses an IAM URL in the file that is not allowed', async () => {
    const home = homeWith({...CREDENTIALS, iamUrl: 'http://iam.svc.nno.app'})
    for (const args of [['whoami'], ['sessions', 'list']]) expect((await nno(args, {home})).exit).to.equal(6)
  })

  describe('logout --revoke', () => {
    const revocations: Record<string, RequestListener> = {
      'that hangs'() {},
      'that lies': (request, response) =>
        json(request.method === 'POST' ? {success: true} : SESSION)(request, response),
      'that redirects': (_, response) => response.writeHead(307, {location: '/elsewhere'}).end(),
      'with errors': json({error: 'oops'}, 500),
    }
    for (const [what, answer] of Object.entries(revocations)) {
      it(`at an IAM ${what}: logged out here within 12 s, and exit code 7`, async () => {
        const {url} = await serve(answer)
        const home = homeWith({...CREDENTIALS, iamUrl: url})
        const {exit, stderr, stdout} = await nno(['logout', '--revoke'], {home, wrapper: timeoutWrapper(12)})
        expect({exit, stdout}).to.deep.equal({exit: 7, stdout: '✔ Logged out successfully\n'})
        expect(stderr).to.match(
          /^⚠ The session may still be valid\. .*"Active sessions" page of https:\/\/console\.app\.nno\.app\.\n$/,
        )
        expect(readFile(home)).to.equal('{}')
      })
    }

    it('at an IAM that is gone, for a script', async () => {
      const server = await serve(json(SESSION))
      server.close()
      const home = homeWith({...CREDENTIALS, iamUrl: server.url})
      const {exit, stderr, stdout} = await nno(['logout', '--revoke', '--json'], {home})
      expect(exit).to.equal(7)
      expect(stderr).to.include('refused the connection (ECONNREFUSED)')
      expect(JSON.parse(stdout)).to.include({
        revocation: 'unconfirmed',
        sessionExpiresAt: CREDENTIALS.expiresAt,
        status: 'logged_out',
      })
      expect(readFile(home)).to.equal('{}')
    })

    if (process.platform !== 'win32') {
      for (const signal of ['HUP', 'INT', 'TERM']) {
        it(`logs out here although it is interrupted by SIG${signal}`, async () => {
          const {server, url} = await serve(() => {})
          const home = homeWith({...CREDENTIALS, iamUrl: url})
          const wrapper = ['timeout', '--preserve-status', `--signal=${signal}`, '2']
          const asked = once(server, 'request')
          const {exit, stderr, stdout} = await nno(['logout', '--revoke'], {home, wrapper})
          await asked
          expect({exit, stdout}).to.deep.equal({exit: 7, stdout: '✔ Logged out successfully\n'})
          expect(stderr).to.include('The revocation was interrupted.')
          expect(readFile(home)).to.equal('{}')
        })
      }
    }
  })

  describe('over TLS', () => {
    const HOST = 'iam.example'

    it('names NODE_EXTRA_CA_CERTS when a certificate is not trusted', async () => {
      const {url} = await serve(json(SESSION), await makeCertificate('localhost'))
      const home = homeWith({...CREDENTIALS, iamUrl: url.replace('127.0.0.1', 'localhost')})
      const {exit, stderr} = await nno(['whoami'], {home})
      expect(exit).to.equal(5)
      expect(stderr).to.match(/could not prove who it is \(\w+\)\.\n[^]*NODE_EXTRA_CA_CERTS/)
    })

    for (const name of ['HTTPS_PROXY', 'https_proxy']) {
      it(`goes through the proxy in ${name}, to a host that NODE_EXTRA_CA_CERTS vouches for`, async () => {
        const certificate = await makeCertificate(HOST)
        const server = await serve(json(SESSION), certificate)
        const proxy = await startProxy(Number(new URL(server.url).port))
        try {
          const home = homeWith({...CREDENTIALS, iamUrl: `https://${HOST}`})
          const env = {[name]: proxy.url, NODE_EXTRA_CA_CERTS: certificate.path}
          const {exit, stderr, stdout} = await nno(['whoami'], {env, home})
          expect({exit, stderr}).to.deep.equal({exit: 0, stderr: ''})
          expect(stdout).to.match(/^✔ Authenticated as developer@acme\.com\n/)
          expect(proxy.asked.map(({host}) => host)).to.deep.equal([`${HOST}:443`])
          const direct = await nno(['whoami'], {env: {...env, NO_PROXY: HOST}, home})
          expect(direct.exit).to.equal(5)
          expect(proxy.asked).to.have.length(1)
        } finally {
          proxy.close()
        }
      })
    }

    it('never goes through a proxy to this machine', async () => {
      const server = await serve(json(SESSION))
      const proxy = createTcpServer()
      await new Promise<void>((resolve) => {
        proxy.listen(0, '127.0.0.1', resolve)
      })
      const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
      const env = {HTTP_PROXY: url, http_proxy: url, HTTPS_PROXY: url, NODE_USE_ENV_PROXY: '1'}
      const {exit} = await nno(['whoami'], {env, home: homeWith({...CREDENTIALS, iamUrl: server.url})})
      proxy.close()
      expect(exit).to.equal(0)
      expect(server.requests()).to.equal(1)
    })
  })
})

function timeoutWrapper(seconds: number): string[] {
  return process.platform === 'win32' ? [] : ['timeout', String(seconds)]
}
