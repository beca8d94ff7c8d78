import {once} from 'node:events'
import {type AddressInfo, connect} from 'node:net'
import {createServer, type Server} from 'node:tls'

import {makeCompanyCertificate} from './hostile.js'
import {IamProcess} from './iam/process.js'
import {type Proxy, startProxy} from './proxy.js'

const HOST = 'iam.svc.nno.app'

/**
 * The real IAM of the tests under the name that IAM has in production: behind a proxy that leads there,
 * with a certificate that a company CA vouches for. So what the docs tell a reader runs as it is written.
 */
export class Production {
  caPath = ''
  readonly iam = new IamProcess()
  proxy!: Proxy
  /** Every token that was handed out. */
  readonly tokens: string[] = []
  #tls!: Server

  /** What a process needs in its environment. curl has a variable of its own. */
  get env(): Record<string, string> {
    // CI keeps nno from opening a browser.
    const {caPath, proxy} = this
    return {CI: 'true', CURL_CA_BUNDLE: caPath, HTTPS_PROXY: proxy.url, NODE_EXTRA_CA_CERTS: caPath}
  }

  /** Whether a token is one of a session that is valid. */
  isAlive(token: string): boolean {
    return this.iam.sessions().some((session) => session.token === token)
  }

  async newToken(): Promise<string> {
    const token = await this.iam.newToken()
    this.tokens.push(token)
    return token
  }

  async start(): Promise<void> {
    await this.iam.start()
    const {caPath, ...certificate} = await makeCompanyCertificate(HOST)
    this.caPath = caPath
    const port = Number(new URL(this.iam.url).port)
    this.#tls = createServer(certificate, (socket) => {
      const target = connect(port, '127.0.0.1')
      target.on('error', () => socket.destroy())
      socket.on('error', () => target.destroy())
      socket.pipe(target).pipe(socket)
    })
    this.#tls.on('tlsClientError', () => {})
    this.#tls.listen(0, '127.0.0.1')
    await once(this.#tls, 'listening')
    this.proxy = await startProxy((this.#tls.address() as AddressInfo).port)
  }

  async stop(): Promise<void> {
    this.proxy.close()
    this.#tls.close()
    await this.iam.stop()
  }
}
