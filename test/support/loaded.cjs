// Loaded before a program: when it ends, writes down what it opened and loaded, as JSON, into the file LOADED_FILE.
const fs = require('node:fs')

const {openSync, readFileSync, writeFileSync} = fs
const before = new Set(process.moduleLoadList)
const opened = []

fs.openSync = (path, ...rest) => {
  opened.push(String(path))
  return openSync(path, ...rest)
}

fs.readFileSync = (path, ...rest) => {
  opened.push(String(path))
  return readFileSync(path, ...rest)
}

process.on('exit', () => {
  const builtins = process.moduleLoadList.filter((name) => !before.has(name) && name.startsWith('NativeModule '))
  const modules = Object.keys(require.cache).filter((file) => file !== __filename)
  const loaded = {builtins: builtins.map((name) => name.slice('NativeModule '.length)), modules, opened}
  writeFileSync(process.env.LOADED_FILE, JSON.stringify(loaded))
})
