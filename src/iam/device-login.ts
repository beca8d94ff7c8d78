import type {DeviceAuthorization, DevicePoll, IamClient} from './client.js'

import {deviceLoginRefused, NnoError} from '../errors.js'

/** How long one poll may take, in milliseconds. */
const POLL_MILLISECONDS = 10_000
/** What `slow_down` adds to the interval for good (RFC 8628 section 3.5), in seconds. */
const SLOW_DOWN_SECONDS = 5
/** How far a fault that passes may stretch the interval, in seconds. */
const MAX_BACK_OFF_SECONDS = 60

type Granted = Extract<DevicePoll, {state: 'granted'}>

/** Time, for the polling loop: seconds that never run backwards, and a pause. */
export type Clock = {pause: (seconds: number) => Promise<void>; seconds: () => number}

/**
 * Polls until the user has approved, as RFC 8628 section 3.5 says: every `interval` seconds, slower
 * when asked to, and on through faults that pass (a lost connection, a timeout, 429, 5xx) until the
 * device code expires.
 *
 * @throws NnoError with exit code 4 when the login was denied, the code expired, or IAM says anything else
 */
export async function awaitApproval(iam: IamClient, device: DeviceAuthorization, clock: Clock): Promise<Granted> {
  const deadline = clock.seconds() + device.expiresIn
  let {interval} = device
  let backOff = 0
  for (;;) {
    const wait = Math.max(interval, backOff)
    if (clock.seconds() + wait >= deadline) {
      await clock.pause(Math.max(0, deadline - clock.seconds()))
      throw deviceLoginRefused('expired_token')
    }

    await clock.pause(wait)
    const left = Math.max(1, deadline - clock.seconds())
    const poll = await pollOnce(iam, device.deviceCode, Math.min(POLL_MILLISECONDS, left * 1000))
    if (poll === 'fault') {
      backOff = Math.min(Math.max(2 * wait, 1), MAX_BACK_OFF_SECONDS)
      continue
    }

    if (poll.state === 'granted') return poll
    if (poll.state === 'slow_down') interval += SLOW_DOWN_SECONDS
    backOff = 0
  }
}

async function pollOnce(iam: IamClient, deviceCode: string, milliseconds: number): Promise<'fault' | DevicePoll> {
  try {
    return await iam.pollDevice(deviceCode, {milliseconds})
  } catch (error) {
    if (error instanceof NnoError && error.code === 'iam_unreachable') return 'fault'
    throw error
  }
}
