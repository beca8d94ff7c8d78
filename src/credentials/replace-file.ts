import {
  closeSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  lstatSync,
  openSync,
  renameSync,
  rmdirSync,
  type Stats,
  statSync,
  unlinkSync,
} from 'node:fs'
import {basename, dirname, join} from 'node:path'

import {credentialFileError} from '../errors.js'
import {MAX_CLEARABLE_BYTES} from './clear-file.js'
import {
  blank,
  createFile,
  DiskFault,
  isMissing,
  isWindows,
  OpenFor,
  retryWhileHeld,
  settle,
  step,
  stepUnlessMissing,
  sync,
  syncDirectory,
  writeFully,
} from './disk.js'
import {explain, failure, NOT_CONFIRMED, UNCHANGED} from './faults.js'
import {createFolder, requireFolder} from './folder.js'
import {ATTEMPTS, followLinks, look, realPath, requireFile} from './look.js'
import {exposure, FILE_MODE, refuseOthers, refusePlantedLink, repairFolder, rightfulOwner} from './ownership.js'
import {eraseTemps, newTempName} from './temp-files.js'

/** Puts bytes in a file's place, down to the disk: see `CredentialStore.writeCredentials`. Returns warnings. */
export async function replaceFile(path: string, bytes: Buffer): Promise<readonly string[]> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const warnings = await replaceOnce(path, bytes)
    if (warnings) return warnings
  }

  throw credentialFileError(`Other processes keep logging out while ${path} is written. ${UNCHANGED}`, [
    'Stop whatever runs `nno logout` again and again, and log in once more.',
  ])
}

/** What stands ready for the rename. */
type Prepared = {target: string; temp: string; warnings: string[]}

/** Returns undefined when a logout took the temporary file away. */
async function replaceOnce(path: string, bytes: Buffer): Promise<readonly string[] | undefined> {
  const {target, temp, warnings} = explain('save', path, UNCHANGED, () => prepare(path, bytes))
  // Held open across the rename, so that a hard link to the old file can be cleared as well.
  const previous = openPrevious(target)
  try {
    await retryWhileHeld(() => step('rename', () => renameSync(temp, target)))
    explain('save', path, `It is saved, ${NOT_CONFIRMED}`, () => {
      syncDirectory(dirname(target))
      requireSaved(path, bytes)
    })
    if (previous !== undefined) settle(() => blank(previous, Math.min(fstatSync(previous).size, MAX_CLEARABLE_BYTES)))
  } catch (error) {
    if (!(error instanceof DiskFault)) throw error
    if (isMissing(error)) return undefined
    settle(() => unlinkSync(temp))
    throw failure('save', path, error, UNCHANGED)
  } finally {
    if (previous !== undefined) settle(() => closeSync(previous))
  }

  settle(() => eraseTemps(dirname(target), {onlyAbandoned: true}))
  return warnings
}

/** All that comes before the rename. When it fails, everything is as it was. */
function prepare(path: string, bytes: Buffer): Prepared {
  const folder = dirname(path)
  const created = createFolder(folder)
  let temp: string | undefined
  try {
    if (!created) requireFolder(folder)
    const target = followLinks(path)
    const old = requireReplaceable(path, target)
    temp = writeTemp(dirname(target), bytes, old)
    const repair = repairFolder(folder)
    const exposed = old && exposure(path, old) ? `${path} was open to other users; it is for you alone now.` : undefined
    return {target, temp, warnings: [repair, exposed].filter((warning) => warning !== undefined)}
  } catch (error) {
    if (temp !== undefined) settle(() => unlinkSync(temp!))
    if (created) settle(() => rmdirSync(folder))
    throw error
  }
}

/** Refuses to replace what is not a file, not this user's, or not a credential file behind a link. */
function requireReplaceable(path: string, target: string): Stats | undefined {
  const status = stepUnlessMissing('lstat', () => lstatSync(target))
  if (!status) return undefined
  requireFile(path, status)
  refuseOthers(target, status)
  if (target === join(realPath(dirname(path)), basename(path))) return status
  refusePlantedLink(path, status)
  if (look(target)?.verdict.state !== 'broken') return status
  throw credentialFileError(`${path} is a link to ${target}, which is not a credential file. Nothing was changed.`, [
    'Look at both, remove the link, and log in again.',
  ])
}

/** Writes a temporary file beside the target, down to the disk, and returns its path. */
function writeTemp(folder: string, bytes: Buffer, old: Stats | undefined): string {
  const owner = rightfulOwner(old ?? step('stat', () => statSync(folder)))
  const temp = join(folder, newTempName())
  const fd = createFile(temp)
  let open = true
  try {
    // Neither umask nor an inherited access list decides who reads it.
    if (!isWindows) step('fchmod', () => fchmodSync(fd, FILE_MODE))
    if (owner) step('fchown', () => fchownSync(fd, owner.uid, owner.gid))
    writeFully(fd, bytes)
    sync(fd)
    open = false
    step('close', () => closeSync(fd))
    return temp
  } catch (error) {
    if (open) settle(() => closeSync(fd))
    settle(() => unlinkSync(temp))
    throw error
  }
}

/** Reads the file back: what another nno has put there since is fine, what nobody wrote is not. */
function requireSaved(path: string, bytes: Buffer): void {
  const sight = look(path)
  if (!sight || sight.verdict.state !== 'broken' || sight.bytes.equals(bytes)) return
  throw new DiskFault('read', Object.assign(new Error('it reads back differently'), {code: 'EIO'}))
}

function openPrevious(target: string): number | undefined {
  // Windows cannot replace a file that is open.
  if (isWindows) return undefined
  const opening = settle(() => openSync(target, OpenFor.clearing))
  return opening.done ? opening.value : undefined
}
