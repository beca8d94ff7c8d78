#!/usr/bin/env node
// CommonJS, like dist/: Node starts it faster than an ES module. bin/package.json says so.
const {dirname} = require('node:path')

const {main} = require('../dist/main.cjs')

main(process.argv.slice(2), dirname(__dirname))
