import {accessSync, constants} from 'node:fs'
import {dirname} from 'node:path'

import type {Clearing, Reading} from './store.js'

import {credentialFileError} from '../errors.js'
import {blank, DiskFault, OpenFor, retryWhileHeld, settle, stepUnlessMissing, withFile} from './disk.js'
import {failure, NOT_CONFIRMED, UNCHANGED} from './faults.js'
import {ATTEMPTS, followLinks, look, lookThrough, type Sight} from './look.js'
import {refuseOthers, refusePlantedLink, repairFile, repairFolder} from './ownership.js'
import {eraseTemps} from './temp-files.js'

/** A file larger than this is nobody's credential file, and is left alone. */
export const MAX_CLEARABLE_BYTES = 1024 * 1024

/** Leaves no token at a path, nor in temporary files of logins: see `CredentialStore.clearCredentials`. */
export async function clearFile(path: string): Promise<Clearing> {
  const warnings: string[] = []
  let previous: Reading | undefined
  // Each pass opens the path anew, since a login may have put another file there meanwhile.
  for (let pass = 0; pass < ATTEMPTS; pass++) {
    const cleaning = await overwrite(path, warnings).then(
      (cleared) => ({cleared}),
      (error: unknown) => ({error}),
    )
    // Where the clearing failed, temporary files are erased all the same.
    const sweeping = settle(() => eraseAllTemps(path))
    if ('error' in cleaning) throw clearingFailed(path, cleaning.error)
    if (!sweeping.done) throw sweeping.error
    if (!cleaning.cleared) return {previous, warnings}
    previous ??= cleaning.cleared
  }

  throw credentialFileError(`Other processes keep writing to ${path}: it is not cleared.`, [
    'Stop whatever runs `nno login` again and again, and run `nno logout` once more.',
  ])
}

/** Clears the file in place. Returns what it held, or undefined when there was nothing to clear. */
async function overwrite(path: string, warnings: string[]): Promise<Reading | undefined> {
  const sight = look(path)
  if (!sight || (sight.verdict.state === 'empty' && sight.verdict.clean)) return undefined
  refuseOthers(path, sight.status)
  refusePlantedLink(path, sight.status)
  if (sight.status.size > MAX_CLEARABLE_BYTES) {
    throw credentialFileError(`${path} has ${sight.status.size} bytes: that is no credential file. ${UNCHANGED}`, [
      'Look at it, and move it away yourself.',
    ])
  }

  let held: Sight = sight
  await retryWhileHeld(() => {
    withFile(path, OpenFor.clearing, (fd, status) => {
      held = lookThrough(path, fd, status)
      const repair = settle(() => repairFile(path, fd, status))
      blank(fd, status.size)
      if (!repair.done) throw repair.error
      if (repair.value) warnings.push(repair.value)
    })
  })
  const repair = repairFolder(dirname(path))
  if (repair) warnings.push(repair)
  const {verdict} = held
  if (verdict.state === 'found') return {...verdict, warnings: []}
  return verdict.state === 'broken' ? verdict : {state: 'empty'}
}

function eraseAllTemps(path: string): void {
  let folder = dirname(path)
  try {
    const target = stepUnlessMissing('realpath', () => followLinks(path)) ?? path
    for (folder of new Set([dirname(path), dirname(target)])) eraseTempsIn(folder)
  } catch (error) {
    if (!(error instanceof DiskFault)) throw error
    throw credentialFileError(
      `Could not erase the temporary files of logins in ${folder}: ${error.message}. ${path} itself holds no token.`,
      ['A login that was killed may have left a token there: look for .credentials.json.*.tmp, and delete it.'],
      error,
    )
  }
}

function eraseTempsIn(folder: string): void {
  try {
    eraseTemps(folder, {onlyAbandoned: false})
  } catch (error) {
    // Where no file can be made, no login has left one.
    if (error instanceof DiskFault && error.call === 'readdir' && !isWritable(folder)) return
    throw error
  }
}

function isWritable(folder: string): boolean {
  return settle(() => accessSync(folder, constants.W_OK | constants.X_OK)).done
}

/** Says "unchanged" or "cleared" after a fault, by a look at what the file holds now. */
function clearingFailed(path: string, error: unknown): unknown {
  if (!(error instanceof DiskFault)) return error
  const now = settle(() => look(path))
  // A file that cannot be read was not written either.
  const isCleared = now.done && (now.value?.verdict.state ?? 'empty') === 'empty'
  return failure('clear', path, error, isCleared ? `It is cleared, ${NOT_CONFIRMED}` : UNCHANGED)
}
