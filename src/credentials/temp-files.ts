import {type Dirent, readdirSync, unlinkSync} from 'node:fs'
import {join} from 'node:path'

import {blank, DiskFault, OpenFor, stepUnlessMissing, syncDirectory, withFile} from './disk.js'
import {MAX_FILE_BYTES} from './schema.js'

const NAME = /^\.credentials\.json\.(\d+)\.[\da-z]+\.tmp$/

/** How long a login may take to get from its temporary file to the credential file, in milliseconds. */
const LOGIN_MILLISECONDS = 60_000

/** A name for the file that a login writes before it becomes the credential file. */
export function newTempName(): string {
  // Not a secret: the file is created exclusively, so a name that somebody guessed fails the login.
  return `.credentials.json.${process.pid}.${Math.random().toString(36).slice(2)}.tmp`
}

/**
 * Erases the temporary files of logins from a folder: overwritten first, then unlinked, since
 * each holds a token. Goes on after a fault, and throws the first one at the end.
 */
export function eraseTemps(folder: string, {onlyAbandoned}: {onlyAbandoned: boolean}): void {
  const temps = namesIn(folder).filter((name) => !name.isDirectory() && NAME.test(name.name))
  if (temps.length === 0) return
  const faults: unknown[] = []
  for (const {name} of temps) {
    try {
      eraseTemp(join(folder, name), onlyAbandoned && isRunning(Number(NAME.exec(name)![1])))
    } catch (error) {
      faults.push(error)
    }
  }

  syncDirectory(folder)
  if (faults.length > 0) throw faults[0]
}

function namesIn(folder: string): Dirent[] {
  return stepUnlessMissing('readdir', () => readdirSync(folder, {withFileTypes: true})) ?? []
}

function eraseTemp(path: string, inUse: boolean): void {
  const kept = stepUnlessMissing('open', () => blankTemp(path, inUse))
  if (!kept) stepUnlessMissing('unlink', () => unlinkSync(path))
}

/** Overwrites a temporary file. Returns true for one that a login is still at. */
function blankTemp(path: string, inUse: boolean): boolean {
  try {
    return withFile(path, OpenFor.clearingWithoutLinks, (fd, status) => {
      if (inUse && Date.now() - status.mtimeMs < LOGIN_MILLISECONDS) return true
      if (status.isFile()) blank(fd, Math.min(status.size, MAX_FILE_BYTES))
      return false
    })
  } catch (error) {
    // A link under this name is no file of ours: it goes, and what it leads to stays.
    if (error instanceof DiskFault && error.code === 'ELOOP') return false
    throw error
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
