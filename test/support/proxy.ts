import {createServer} from 'node:http'
import {type AddressInfo, connect} from 'node:net'

/** What a proxy was asked for: the host, and with which credentials. */
export type Asked = {authorization: string | undefined; host: string}

export type Proxy = {asked: Asked[]; close: () => void; url: string}

/** A proxy that leads every host to this port of this machine. */
export async function startProxy(port: number): Promise<Proxy> {
  const asked: Asked[] = []
  const proxy = createServer()
  proxy.on('connect', (request, socket) => {
    asked.push({authorization: request.headers['proxy-authorization'], host: request.url!})
    const target = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      target.pipe(socket).pipe(target)
    })
    target.on('error', () => socket.destroy())
    socket.on('error', () => target.destroy())
  })
  await new Promise<void>((resolve) => {
    proxy.listen(0, '127.0.0.1', resolve)
  })
  return {asked, close: () => proxy.close(), url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`}
}
