// Runs the tests that spawn nno on every line of Node that it supports.
import {spawnSync} from 'node:child_process'
import {dirname} from 'node:path'
import {fileURLToPath} from 'node:url'

import {MAJORS, nodeOf} from './nodes.js'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const failed = MAJORS.filter((major) => {
  const node = nodeOf(major)
  console.log(`Node ${major}`)
  const {status} = spawnSync(
    node,
    [
      'node_modules/mocha/bin/mocha.js',
      '--reporter',
      'dot',
      'test/e2e/*.test.ts',
      'test/help.test.ts',
      'test/start-up.test.ts',
    ],
    {cwd: root, stdio: 'inherit'},
  )
  return status !== 0
})
if (failed.length > 0) {
  console.error(`The tests fail on Node ${failed.join(', ')}.`)
  process.exitCode = 1
}
