import {execFileSync} from 'node:child_process'
import {readFileSync} from 'node:fs'
import {createServer, type RequestListener, type Server} from 'node:http'
import {createServer as createTlsServer} from 'node:https'
import {type AddressInfo} from 'node:net'
import {join} from 'node:path'

import {makeHome} from './home.js'

/** A server on loopback that answers as it likes, and counts who asks. */
export type Hostile = {close: () => void; requests: () => number; server: Server; url: string}

export async function startServer(answer: RequestListener, tls?: {cert: Buffer; key: Buffer}): Promise<Hostile> {
  let requests = 0
  const listener: RequestListener = (request, response) => {
    requests++
    answer(request, response)
  }

  const server = tls ? createTlsServer(tls, listener) : createServer(listener)
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const {port} = server.address() as AddressInfo
  return {
    close() {
      server.closeAllConnections()
      server.close()
    },
    requests: () => requests,
    server,
    url: `http${tls ? 's' : ''}://127.0.0.1:${port}`,
  }
}

/** A certificate that signs itself, for one host name. */
export function makeCertificate(host: string): {cert: Buffer; key: Buffer; path: string} {
  const folder = makeHome()
  const [key, path] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-days',
      '2',
      '-subj',
      `/CN=${host}`,
      '-addext',
      `subjectAltName=DNS:${host}`,
      '-keyout',
      key,
      '-out',
      path,
    ],
    {stdio: 'ignore'},
  )
  return {cert: readFileSync(path), key: readFileSync(key), path}
}
