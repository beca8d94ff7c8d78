import {removeHomes} from './home.js'

/** A command under test sets the exit code of the process it runs in, which is mocha's own here. */
export const mochaHooks = {
  afterAll: removeHomes,
  afterEach() {
    process.exitCode = undefined
  },
}
