import type {Config} from '@oclif/core/config'

import {readFileSync} from 'node:fs'
import {hostname} from 'node:os'

import type {CredentialStore} from './credentials/store.js'
import type {DeviceAuthorization, DevicePoll, IamClient} from './iam/client.js'
import type {IamAddress} from './iam/url.js'

import {FileCredentialStore} from './credentials/file-store.js'
import {homedir} from './home.js'
import {readStandardInput} from './terminal/input.js'
import {isTerminal} from './terminal/output.js'

/** Every real part that a command works with. Tests hand in others. */
export type Services = {
  /** Polls IAM until a login is approved elsewhere, and shows meanwhile how much time is left. */
  readonly awaitApproval: (
    iam: IamClient,
    device: DeviceAuthorization,
  ) => Promise<Extract<DevicePoll, {state: 'granted'}>>
  /** The completion script of a shell, as the build made it. */
  readonly completionScript: (shell: string) => Promise<string>
  readonly connect: (address: IamAddress) => Promise<IamClient>
  readonly credentials: CredentialStore
  /** Whether a person types what comes from standard input. */
  readonly hasInputTerminal: () => boolean
  /** Whether a person reads what goes to stderr. */
  readonly hasTerminal: () => boolean
  /** Turns interruptions into an abort signal, until `stop` is called. */
  readonly listenForInterrupt: () => Promise<{signal: AbortSignal; stop: () => void}>
  /** The current time in milliseconds since 1970, as `Date.now` tells it. */
  readonly now: () => number
  readonly openBrowser: (url: string) => Promise<void>
  /** All of standard input, or its first line at a terminal. */
  readonly readStandardInput: (maxCharacters: number) => Promise<string>
}

/** The only place where the parts are chosen and put together. What only some commands need is loaded late. */
export function createServices({arch, platform, root, version}: Config): Services {
  return {
    async awaitApproval(iam, device) {
      const [{awaitApproval}, {startCountdown}, {setTimeout: pause}] = await Promise.all([
        import('./iam/device-login.js'),
        import('./terminal/countdown.js'),
        import('node:timers/promises'),
      ])
      const clock = {pause: async (seconds: number) => pause(seconds * 1000), seconds: () => performance.now() / 1000}
      const countdown = startCountdown(device.expiresIn)
      try {
        return await awaitApproval(iam, device, clock)
      } finally {
        countdown.stop()
      }
    },
    async completionScript(shell) {
      return readFileSync(`${root}/completions/nno.${shell}`, 'utf8')
    },
    async connect(address) {
      const [{HttpIamClient}, {requireIamUrl}] = await Promise.all([
        import('./iam/http-client.js'),
        import('./iam/url.js'),
      ])
      // Seen in the list of sessions. A header holds ASCII alone.
      const host = hostname().replaceAll(/[^\w.-]/g, '?')
      return new HttpIamClient(requireIamUrl(address), `nno/${version} (${platform}-${arch}; ${host})`)
    },
    credentials: new FileCredentialStore(homedir),
    hasInputTerminal: () => process.stdin.isTTY === true,
    hasTerminal: () => isTerminal('stderr'),
    listenForInterrupt: async () => (await import('./terminal/interrupt.js')).listenForInterrupt(),
    now: Date.now,
    openBrowser: async (url) => (await import('./terminal/browser.js')).openBrowser(url),
    readStandardInput,
  }
}
