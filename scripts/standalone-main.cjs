// What the executable of the standalone tarball runs: nno, from the folder lib/ beside bin/. Its own `require`
// knows Node's modules only.
const {createRequire} = require('node:module')
const {dirname, join} = require('node:path')

const lib = join(dirname(process.execPath), '..', 'lib')
const {main} = createRequire(join(lib, 'dist', '/'))('./main.cjs')

main(process.argv.slice(2), lib)
