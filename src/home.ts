import {homedir as askSystem} from 'node:os'

/**
 * The user's home folder, as `os.homedir` tells it: HOME, where it is set, but on Windows. Asked for here,
 * since Node takes half a millisecond to load `os`. Unlike there, a HOME that is longer than a path can be
 * is no error yet.
 *
 * @throws {Error} a SystemError, when the user has neither HOME nor a passwd entry
 * @see https://nodejs.org/docs/latest-v20.x/api/os.html#oshomedir
 */
export function homedir(): string {
  const {env, platform} = process
  return (platform === 'win32' ? undefined : env.HOME) ?? askSystem()
}
