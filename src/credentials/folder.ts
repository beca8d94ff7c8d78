import {fchmodSync, fchownSync, mkdirSync, statSync} from 'node:fs'
import {dirname} from 'node:path'

import {isWindows, OpenFor, step, syncDirectory, withFile} from './disk.js'
import {wrongKind} from './faults.js'
import {FOLDER_MODE, refuseOthers, rightfulOwner} from './ownership.js'

/** Creates nno's folder for its user alone, and waits for the disk. Returns false when there is something already. */
export function createFolder(folder: string): boolean {
  const created = step('mkdir', () => {
    try {
      mkdirSync(folder, FOLDER_MODE)
      return true
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
      throw error
    }
  })
  if (!created || isWindows) return created
  // Through a descriptor, so that nobody can swap the folder for a link meanwhile.
  withFile(folder, OpenFor.directory, (fd) => {
    // The mode given to mkdir passes through the umask.
    step('fchmod', () => fchmodSync(fd, FOLDER_MODE))
    const owner = rightfulOwner(step('stat', () => statSync(dirname(folder))))
    if (owner) step('fchown', () => fchownSync(fd, owner.uid, owner.gid))
  })
  syncDirectory(dirname(folder))
  return true
}

/** Refuses a folder that is none, or another user's. */
export function requireFolder(folder: string): void {
  const status = step('stat', () => statSync(folder))
  if (!status.isDirectory()) throw wrongKind(folder, 'not a folder')
  refuseOthers(folder, status)
}
