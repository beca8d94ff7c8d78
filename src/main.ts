import type {PJSON} from '@oclif/core/interfaces'

import './environment.js'

import {run} from '@oclif/core/run'
import {settings} from '@oclif/core/settings'

import packageJson from '../package.json' with {type: 'json'}
import {usageError} from './errors.js'
import {reportError} from './report.js'
import {deferStreams, isGone} from './terminal/output.js'

// What package.json names for oclif to find in this file.
export {COMMANDS} from './commands.js'
export {default as commandNotFound} from './hooks/command-not-found.js'
export {default as status} from './hooks/status.js'

/** Part of the bundle, so that oclif need not look for package.json at each start. */
const {description, name, oclif, version} = packageJson
const pjson = {description, name, oclif: oclif as PJSON['oclif'], version}
/** More than anybody types; oclif takes minutes over tens of thousands. */
const MAX_ARGUMENTS = 1000

/**
 * Runs nno once. Sets `process.exitCode` and lets the process end by itself, so that nothing
 * written to a pipe is lost.
 *
 * @param argv the command line after `nno`
 * @param root the folder of nno's package.json
 */
export async function main(argv: string[], root: string): Promise<void> {
  const json = argv.slice(0, argv.includes('--') ? argv.indexOf('--') : undefined).includes('--json')
  deferStreams({stderr() {}, stdout: reportOutputError})
  // Built files are what runs, whatever NODE_ENV says.
  settings.enableAutoTranspile = false
  try {
    if (argv.length > MAX_ARGUMENTS) throw usageError('There are too many arguments.', 'See `nno help`.')
    await run(argv, {devPlugins: false, pjson, root, userPlugins: false})
  } catch (error) {
    process.exitCode = reportError(error, {json})
  }
}

/** A reader that left early (`nno logout | true`) is no error. */
function reportOutputError(error: NodeJS.ErrnoException): void {
  if (isGone(error)) return
  const exitCode = reportError(error, {json: false})
  process.exitCode ||= exitCode
}
