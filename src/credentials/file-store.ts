import {
  chmodSync,
  chownSync,
  closeSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  mkdirSync,
  openSync,
  readlinkSync,
  realpathSync,
  renameSync,
  type Stats,
  statSync,
  unlinkSync,
} from 'node:fs'
import {basename, dirname, isAbsolute, join, resolve} from 'node:path'

import type {Clearing, Credentials, CredentialStore, Reading} from './store.js'

import {credentialFileError, type NnoError} from '../errors.js'
import {
  blank,
  createFile,
  DiskFault,
  isMissing,
  isWindows,
  OpenFor,
  pause,
  readUpTo,
  retryWhileHeld,
  settle,
  step,
  stepUnlessMissing,
  sync,
  syncDirectory,
  withFile,
  writeFully,
} from './disk.js'
import {exposure, FILE_MODE, FOLDER_MODE, refuseOthers, repairFile, repairFolder, rightfulOwner} from './ownership.js'
import {MAX_FILE_BYTES, parse, serialize, type Verdict} from './schema.js'
import {eraseTemps, newTempName} from './temp-files.js'

/** A file larger than this is nobody's credential file, and is left alone. */
const MAX_CLEARABLE_BYTES = 1024 * 1024

/** How often something is tried again because another nno may be at the file. */
const ATTEMPTS = 5

const UNCHANGED = 'It is unchanged.'
const NOT_CONFIRMED = 'but the disk did not confirm it.'

/** What one look at the file saw. */
type Sight = {bytes: Buffer; status: Stats; verdict: Verdict}

/**
 * The credential file: `~/.nno/credentials.json`.
 *
 * A login replaces it (temporary file, fsync, rename, fsync of the folder), so that every
 * reader sees the old credentials or the new. A logout overwrites it in place, so that hard
 * links, symlink targets and the blocks on disk lose the token too, on a full disk as well.
 * docs/storage.md has the promises and the order of the steps.
 */
export class FileCredentialStore implements CredentialStore {
  readonly #homedir: () => string

  /** @param homedir where the user's home is, as `os.homedir` tells it */
  constructor(homedir: () => string) {
    this.#homedir = homedir
  }

  get location(): string {
    return join(this.#home(), '.nno', 'credentials.json')
  }

  async clearCredentials(): Promise<Clearing> {
    const path = this.location
    const warnings: string[] = []
    let cleared = false
    // Each pass opens the path anew, since a login may have put another file there meanwhile.
    for (let pass = 0; pass < ATTEMPTS; pass++) {
      const cleaning = await this.#overwrite(path, warnings).then(
        (changed) => ({changed}),
        (error: unknown) => ({error}),
      )
      const sweeping = settle(() => this.#eraseAllTemps(path))
      if ('error' in cleaning) throw this.#clearingFailed(path, cleaning.error)
      if (!sweeping.done) throw this.#clearingFailed(path, sweeping.error)
      if (!cleaning.changed) return {cleared, warnings}
      cleared = true
    }

    throw credentialFileError(`Other processes keep writing to ${path}: it is not cleared.`, [
      'Stop whatever runs `nno login` again and again, and run `nno logout` once more.',
    ])
  }

  async readCredentials(): Promise<Reading> {
    const path = this.location
    for (let attempt = 1; ; attempt++) {
      const sight = explain('read', path, UNCHANGED, () => this.#look(path))
      if (!sight || sight.verdict.state === 'empty') return {state: 'empty'}
      if (sight.verdict.state === 'found') {
        const warning = exposure(path, sight.status)
        return {...sight.verdict, warnings: warning ? [warning] : []}
      }

      // What looks broken may be a logout that is half way.
      if (attempt === ATTEMPTS) return sight.verdict
      await pause(5)
    }
  }

  async writeCredentials(credentials: Credentials): Promise<readonly string[]> {
    const bytes = serialize(credentials)
    const path = this.location
    if (bytes.length > MAX_FILE_BYTES) {
      throw credentialFileError(`The credentials are larger than ${MAX_FILE_BYTES} bytes. ${path} is unchanged.`, [])
    }

    for (let attempt = 1; ; attempt++) {
      const warnings: string[] = []
      const replaced = await this.#replace(path, bytes, warnings)
      if (replaced) return warnings
      if (attempt === ATTEMPTS) {
        throw credentialFileError(`Other processes keep logging out while ${path} is written. ${UNCHANGED}`, [
          'Stop whatever runs `nno logout` again and again, and log in once more.',
        ])
      }
    }
  }

  /** Says "unchanged" or "cleared" after a fault, by a look at what the file holds now. */
  #clearingFailed(path: string, error: unknown): unknown {
    if (!(error instanceof DiskFault)) return error
    let state: string | undefined
    try {
      state = this.#look(path)?.verdict.state ?? 'empty'
    } catch {
      // A file that cannot be read was not written either.
    }

    return failure('clear', path, error, state === 'empty' ? `It is cleared, ${NOT_CONFIRMED}` : UNCHANGED)
  }

  #eraseAllTemps(path: string): void {
    const target = stepUnlessMissing('realpath', () => followLinks(path))
    for (const folder of new Set([dirname(path), dirname(target ?? path)])) eraseTemps(folder, {onlyAbandoned: false})
  }

  #home(): string {
    const home = this.#homedir()
    if (home === '') throw homeUnknown('There is no home folder: HOME is empty, or not set and unknown to the system.')
    if (!isAbsolute(home)) throw homeUnknown('HOME is not an absolute path.')
    return home
  }

  /** What the file holds, or undefined when there is none. */
  #look(path: string): Sight | undefined {
    const sight = stepUnlessMissing('open', () =>
      withFile(path, OpenFor.reading, (fd, status) => {
        requireFile(path, status)
        const bytes = readUpTo(fd, MAX_FILE_BYTES + 1)
        return {bytes, status, verdict: parse(bytes)}
      }),
    )
    if (!sight) this.#requireHome()
    return sight
  }

  /** Clears the file in place. Returns false when there was nothing to clear. */
  async #overwrite(path: string, warnings: string[]): Promise<boolean> {
    const sight = this.#look(path)
    if (!sight || (sight.verdict.state === 'empty' && sight.verdict.clean)) return false
    refuseOthers(path, sight.status)
    if (sight.status.size > MAX_CLEARABLE_BYTES) {
      throw credentialFileError(`${path} has ${sight.status.size} bytes: that is no credential file. ${UNCHANGED}`, [
        `Look at it, and move it away yourself.`,
      ])
    }

    await retryWhileHeld(() => {
      withFile(path, OpenFor.clearing, (fd, status) => {
        requireFile(path, status)
        const repair = settle(() => repairFile(path, fd, status))
        blank(fd, status.size)
        if (!repair.done) throw repair.error
        if (repair.value) warnings.push(repair.value)
      })
    })
    const repair = repairFolder(
      dirname(path),
      step('stat', () => statSync(dirname(path))),
    )
    if (repair) warnings.push(repair)
    return true
  }

  /** All that comes before the rename: what it would replace is looked at, and nothing of it is changed. */
  #prepare(path: string, bytes: Buffer, warnings: string[]): {target: string; temp: string} {
    this.#requireHome()
    this.#prepareFolder(dirname(path), warnings)
    const target = followLinks(path)
    const old = this.#requireReplaceable(path, target)
    const exposed = old && exposure(path, old)
    if (exposed) warnings.push(`${path} was open to other users; it is for you alone now.`)
    return {target, temp: this.#writeTemp(dirname(target), bytes, old)}
  }

  /** Creates the folder if it is missing, and closes it to others. */
  #prepareFolder(folder: string, warnings: string[]): void {
    const created = step('mkdir', () => {
      try {
        mkdirSync(folder, FOLDER_MODE)
        return true
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
        throw error
      }
    })
    const status = step('stat', () => statSync(folder))
    if (!created) {
      if (!status.isDirectory()) throw notAFolder(folder)
      refuseOthers(folder, status)
      const repair = repairFolder(folder, status)
      if (repair) warnings.push(repair)
      return
    }

    // The mode given to mkdir passes through the umask.
    step('chmod', () => chmodSync(folder, FOLDER_MODE))
    const owner = rightfulOwner(step('stat', () => statSync(dirname(folder))))
    if (owner) step('chown', () => chownSync(folder, owner.uid, owner.gid))
    syncDirectory(dirname(folder))
  }

  /** Puts new bytes in the file's place. Returns false when a logout took the temporary file away. */
  async #replace(path: string, bytes: Buffer, warnings: string[]): Promise<boolean> {
    const {target, temp} = explain('save', path, UNCHANGED, () => this.#prepare(path, bytes, warnings))
    // Held open across the rename, so that a hard link to the old file can be cleared as well.
    const previous = openPrevious(target)
    try {
      await retryWhileHeld(() => step('rename', () => renameSync(temp, target)))
      explain('save', path, `It is saved, ${NOT_CONFIRMED}`, () => {
        syncDirectory(dirname(target))
        this.#requireSaved(path, bytes)
      })
      if (previous !== undefined) settle(() => blank(previous, Math.min(fstatSync(previous).size, MAX_CLEARABLE_BYTES)))
    } catch (error) {
      if (!(error instanceof DiskFault)) throw error
      if (isMissing(error)) return false
      settle(() => unlinkSync(temp))
      throw failure('save', path, error, UNCHANGED)
    } finally {
      if (previous !== undefined) settle(() => closeSync(previous))
    }

    settle(() => eraseTemps(dirname(target), {onlyAbandoned: true}))
    return true
  }

  /** The home folder is the one thing that nno never creates. */
  #requireHome(): void {
    const home = this.#home()
    if (stepUnlessMissing('stat', () => statSync(home))) return
    throw homeUnknown(`The home folder ${home} does not exist.`)
  }

  /** Refuses to replace what is not a file, not this user's, or not a credential file behind a link. */
  #requireReplaceable(path: string, target: string): Stats | undefined {
    const sight = this.#look(target)
    if (!sight) return undefined
    refuseOthers(target, sight.status)
    const isLink = target !== join(realPath(dirname(path)), basename(path))
    if (isLink && sight.verdict.state === 'broken') {
      throw credentialFileError(
        `${path} is a link to ${target}, which is not a credential file. Nothing was changed.`,
        [`Look at both, remove the link, and log in again.`],
      )
    }

    return sight.status
  }

  /** Reads the file back: what another nno has put there since is fine, what nobody wrote is not. */
  #requireSaved(path: string, bytes: Buffer): void {
    const sight = this.#look(path)
    if (!sight || sight.verdict.state !== 'broken' || sight.bytes.equals(bytes)) return
    throw new DiskFault('read', Object.assign(new Error('it reads back differently'), {code: 'EIO'}))
  }

  /** Writes a temporary file beside the target, down to the disk, and returns its path. */
  #writeTemp(folder: string, bytes: Buffer, old: Stats | undefined): string {
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
}

/** The file that a path leads to, through links that may end at nothing. */
function followLinks(path: string): string {
  const real = stepUnlessMissing('realpath', () => realpathSync.native(path))
  if (real) return real
  const last = join(realPath(dirname(path)), basename(path))
  const link = stepUnlessMissing('readlink', () => readlinkSync(last))
  return link === undefined ? last : followLinks(resolve(dirname(last), link))
}

function realPath(path: string): string {
  return step('realpath', () => realpathSync.native(path))
}

function openPrevious(target: string): number | undefined {
  // Windows cannot replace a file that is open.
  if (isWindows) return undefined
  try {
    return openSync(target, OpenFor.clearing)
  } catch {
    return undefined
  }
}

function requireFile(path: string, status: Stats): void {
  if (status.isFile()) return
  const kind = status.isDirectory() ? 'a directory' : status.isFIFO() ? 'a FIFO' : 'a device or a socket'
  throw credentialFileError(`${path} is ${kind}, not a file. Nothing was changed.`, [
    'Look at it, move it away, and run the command again.',
  ])
}

function notAFolder(folder: string): NnoError {
  return credentialFileError(`${folder} is not a folder. Nothing was changed.`, [
    'Look at it, move it away, and run the command again.',
  ])
}

function homeUnknown(reason: string): NnoError {
  return credentialFileError(`${reason} The credential file is kept in the home folder. Nothing was changed.`, [
    'Set HOME to the full path of your home folder.',
  ])
}

function failure(verb: string, path: string, fault: DiskFault, outcome: string): NnoError {
  return credentialFileError(
    `Could not ${verb} the credential file ${path}: ${fault.message}. ${outcome}`,
    [nextStep(fault.code, path)],
    fault,
  )
}

function nextStep(code: string, path: string): string {
  switch (code) {
    case 'EACCES':
    case 'EPERM': {
      return `Check the owner and the permissions of ${path} and of its folder.`
    }

    case 'EDQUOT':
    case 'ENOSPC': {
      return 'Free some disk space, and run the command again.'
    }

    case 'ELOOP':
    case 'ENOTDIR': {
      return `Check each part of ${path}: a link leads in a circle, or a file stands where a folder should.`
    }

    case 'EROFS': {
      return 'The disk is mounted read-only: mount it for writing, and run the command again.'
    }

    default: {
      return 'Check the disk, and run the command again.'
    }
  }
}

/** Runs steps that all leave the file in the state that `outcome` says when one of them fails. */
function explain<T>(verb: string, path: string, outcome: string, action: () => T): T {
  try {
    return action()
  } catch (error) {
    throw error instanceof DiskFault ? failure(verb, path, error, outcome) : error
  }
}
