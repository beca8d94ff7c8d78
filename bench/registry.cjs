// A registry for `npm logout` to end a session at: it says yes to everything. Prints its port.
const {createServer} = require('node:http')

const server = createServer((_, response) => response.setHeader('content-type', 'application/json').end('{}'))
server.listen(0, '127.0.0.1', () => console.log(server.address().port))
