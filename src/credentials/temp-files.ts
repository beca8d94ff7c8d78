import {closeSync, type Dirent, fstatSync, openSync, readdirSync, unlinkSync} from 'node:fs'
import {join} from 'node:path'

import {blank, isMissing, OpenFor, settle, step, stepUnlessMissing, syncDirectory} from './disk.js'
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
 * Erases the temporary files of logins from a folder: unlinked and overwritten, since each
 * holds a token. Goes on after a fault, and throws the first one at the end.
 */
export function eraseTemps(folder: string, {onlyAbandoned}: {onlyAbandoned: boolean}): void {
  const temps = namesIn(folder).filter((entry) => (entry.isFile() || entry.isSymbolicLink()) && NAME.test(entry.name))
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
  const fd = openToErase(path)
  if (fd === undefined) {
    stepUnlessMissing('unlink', () => unlinkSync(path))
    return
  }

  try {
    const {mtimeMs, size} = step('fstat', () => fstatSync(fd))
    if (inUse && Date.now() - mtimeMs < LOGIN_MILLISECONDS) return
    // The name goes first, so that a login cannot rename to the credential file what is half erased.
    const unlinking = settle(() => step('unlink', () => unlinkSync(path)))
    if (!unlinking.done && isMissing(unlinking.error)) return
    blank(fd, Math.min(size, MAX_FILE_BYTES))
    if (!unlinking.done) throw unlinking.error
  } finally {
    step('close', () => closeSync(fd))
  }
}

/** Undefined for what cannot be opened as a file, such as a link: it loses its name, and no more. */
function openToErase(path: string): number | undefined {
  const opening = settle(() => openSync(path, OpenFor.clearingWithoutLinks))
  return opening.done ? opening.value : undefined
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
