import './environment.js'

import {run} from '@oclif/core/run'
import {settings} from '@oclif/core/settings'

import {reportError} from './report.js'

/**
 * Runs nno once. Sets `process.exitCode` and lets the process end by itself, so that nothing
 * written to a pipe is lost.
 *
 * @param argv the command line after `nno`
 * @param root the folder of nno's package.json
 */
export async function main(argv: string[], root: string): Promise<void> {
  const json = argv.slice(0, argv.includes('--') ? argv.indexOf('--') : undefined).includes('--json')
  answerClosedStreams()
  // Built files are what runs, whatever NODE_ENV says.
  settings.enableAutoTranspile = false
  try {
    await run(argv, {devPlugins: false, root, userPlugins: false})
  } catch (error) {
    process.exitCode = reportError(error, {json})
  }
}

/** A reader that left early (`nno logout | true`) is no error: the work is done all the same. */
function answerClosedStreams(): void {
  // oclif's own listener throws, and a stack trace would be shown.
  process.stdout.removeAllListeners('error')
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return
    process.exitCode = reportError(error, {json: false})
  })
  process.stderr.on('error', () => {})
}
