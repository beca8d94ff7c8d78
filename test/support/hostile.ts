import {writeFileSync} from 'node:fs'
import {createServer, type RequestListener, type Server} from 'node:http'
import {createServer as createTlsServer} from 'node:https'
import {type AddressInfo} from 'node:net'
import {join} from 'node:path'
import {generate} from 'selfsigned'

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

/** A certificate that signs itself, for one host name, and the file that it is in. */
export async function makeCertificate(host: string): Promise<{cert: Buffer; key: Buffer; path: string}> {
  const {cert, private: key} = await generate([{name: 'commonName', value: host}], {
    extensions: [
      {cA: true, name: 'basicConstraints'},
      {altNames: [{type: 2, value: host}], name: 'subjectAltName'},
    ],
  })
  const path = join(makeHome(), 'cert.pem')
  writeFileSync(path, cert)
  return {cert: Buffer.from(cert), key: Buffer.from(key), path}
}

/** A certificate for one host name from the CA of a company, and the file with the certificate of the CA. */
export async function makeCompanyCertificate(host: string): Promise<{caPath: string; cert: string; key: string}> {
  const ca = await generate([{name: 'commonName', value: 'Company CA'}], {
    extensions: [
      {cA: true, critical: true, name: 'basicConstraints'},
      {critical: true, keyCertSign: true, name: 'keyUsage'},
    ],
  })
  const {cert, private: key} = await generate([{name: 'commonName', value: host}], {
    ca: {cert: ca.cert, key: ca.private},
    extensions: [
      {cA: false, name: 'basicConstraints'},
      {altNames: [{type: 2, value: host}], name: 'subjectAltName'},
    ],
  })
  const caPath = join(makeHome(), 'company-ca.pem')
  writeFileSync(caPath, ca.cert)
  return {caPath, cert, key}
}
