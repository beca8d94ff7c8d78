import {fchmodSync, lstatSync, type Stats} from 'node:fs'

import {credentialFileError} from '../errors.js'
import {isWindows, OpenFor, step, withFile} from './disk.js'

export const FILE_MODE = 0o600
export const FOLDER_MODE = 0o700

// Neither exists on Windows, where access lists rule and a home folder is its user's alone.
const uid = process.geteuid?.()
const gid = process.getegid?.()
const isRoot = uid === 0

const octal = (mode: number) => mode.toString(8).padStart(4, '0')
const permissions = (status: Stats) => status.mode & 0o7777
const isOpen = (status: Stats) => (status.mode & 0o077) !== 0

/**
 * Refuses to change what belongs to another user: the change would lock its owner out, or
 * hand that owner a token. Root may, and keeps the owner.
 *
 * @throws NnoError with exit code 6 and the command that repairs it
 */
export function refuseOthers(path: string, status: Stats): void {
  if (isWindows || isRoot || status.uid === uid) return
  throw credentialFileError(`${path} belongs to another user (uid ${status.uid}). Nothing was changed.`, [
    `Make it yours: \`sudo chown ${uid}:${gid} ${quote(path)}\`.`,
  ])
}

/**
 * Refuses a link that somebody else than the owner of its target has made: root would be led to
 * write where a user could not.
 *
 * @throws NnoError with exit code 6
 */
export function refusePlantedLink(path: string, target: Stats): void {
  const link = step('lstat', () => lstatSync(path))
  if (isWindows || !link.isSymbolicLink() || link.uid === target.uid) return
  throw credentialFileError(
    `${path} is a link of uid ${link.uid} to a file of uid ${target.uid}. Nothing was changed.`,
    ['Look at both, remove the link, and run the command again.'],
  )
}

/** Whom a new file or folder must be given to, which is when root works in another user's home. */
export function rightfulOwner(model: Stats): undefined | {gid: number; uid: number} {
  return isRoot && (model.uid !== uid || model.gid !== gid) ? {gid: model.gid, uid: model.uid} : undefined
}

/** A sentence for the user when others can read or write the file, or undefined. */
export function exposure(path: string, status: Stats): string | undefined {
  if (isWindows || !isOpen(status)) return undefined
  return `${path} is open to other users (mode ${octal(permissions(status))}). Close it: \`chmod 600 ${quote(path)}\`.`
}

/** Closes the credential file to others. Returns a sentence for the user if it was open to them. */
export function repairFile(path: string, fd: number, status: Stats): string | undefined {
  if (isWindows || permissions(status) === FILE_MODE) return undefined
  step('fchmod', () => fchmodSync(fd, FILE_MODE))
  return isOpen(status) ? repaired(path, status, FILE_MODE) : undefined
}

/**
 * Closes nno's folder to others. Returns a sentence for the user if it was open to them. A link
 * in the folder's place leads to one that has a purpose of its own, and is left alone.
 */
export function repairFolder(path: string): string | undefined {
  if (isWindows) return undefined
  const status = step('lstat', () => lstatSync(path))
  if (!status.isDirectory() || !isOpen(status) || (status.uid !== uid && !isRoot)) return undefined
  withFile(path, OpenFor.directory, (fd) => step('fchmod', () => fchmodSync(fd, FOLDER_MODE)))
  return repaired(path, status, FOLDER_MODE)
}

function repaired(path: string, status: Stats, mode: number): string {
  return `${path} had mode ${octal(permissions(status))}; it has ${octal(mode)} now, for you alone.`
}

function quote(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`
}
