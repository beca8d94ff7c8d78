import {expect} from 'chai'

import type {DevicePoll} from '../../src/iam/client.js'

import {deviceLoginRefused, iamUnreachable} from '../../src/errors.js'
import {awaitApproval} from '../../src/iam/device-login.js'
import {DEVICE, FakeIam} from '../support/fake-iam.js'
import {TOKEN} from '../support/home.js'

const GRANTED: DevicePoll = {expiresIn: 60, refreshToken: null, state: 'granted', token: TOKEN}
const PENDING: DevicePoll = {state: 'pending'}
const FAULT = iamUnreachable('iam.example answered 502.', [])

/** Runs the loop against these answers, and tells how long it paused before each poll, in seconds. */
async function poll(polls: Array<DevicePoll | Error>, device = DEVICE) {
  const iam = new FakeIam()
  iam.polls = polls
  const pauses: number[] = []
  let seconds = 1000
  const clock = {
    async pause(duration: number) {
      pauses.push(duration)
      seconds += duration
    },
    seconds: () => seconds,
  }
  const ended = await awaitApproval(iam, device, clock).catch((error: Error & {exitCode: number}) => error)
  return {ended, pauses}
}

describe('awaitApproval', () => {
  it('polls every interval until the login is approved', async () => {
    const {ended, pauses} = await poll([PENDING, PENDING, GRANTED])
    expect(ended).to.deep.equal(GRANTED)
    expect(pauses).to.deep.equal([5, 5, 5])
  })

  it('slows down for good when it is asked to', async () => {
    const {pauses} = await poll([PENDING, {state: 'slow_down'}, PENDING, {state: 'slow_down'}, PENDING, GRANTED])
    expect(pauses).to.deep.equal([5, 5, 10, 10, 15, 15])
  })

  it('backs off from faults that pass, and returns to the interval', async () => {
    const {ended, pauses} = await poll([FAULT, FAULT, PENDING, GRANTED])
    expect(ended).to.deep.equal(GRANTED)
    expect(pauses).to.deep.equal([5, 10, 20, 5])
  })

  it('never waits longer than a minute between polls', async () => {
    const {pauses} = await poll([FAULT, FAULT, FAULT, FAULT, FAULT, GRANTED])
    expect(pauses).to.deep.equal([5, 10, 20, 40, 60, 60])
  })

  it('backs off even where the interval is 0', async () => {
    const {pauses} = await poll([PENDING, FAULT, GRANTED], {...DEVICE, interval: 0})
    expect(pauses).to.deep.equal([0, 0, 1])
  })

  for (const code of ['access_denied', 'expired_token', 'invalid_grant', 'server_is_confused']) {
    it(`ends with exit code 4 at ${code}`, async () => {
      const {ended} = await poll([PENDING, deviceLoginRefused(code)])
      expect(ended).to.include({code: 'login_refused', exitCode: 4})
    })
  }

  it('ends when the code expires, through faults too, and polls no more', async () => {
    const {ended, pauses} = await poll([PENDING, FAULT], {...DEVICE, expiresIn: 12})
    expect(ended).to.include({exitCode: 4})
    expect((ended as Error).message).to.match(/^The code expired before the login was approved\./)
    expect(pauses).to.deep.equal([5, 5, 2])
  })

  it('hands on what is no answer of IAM at all', async () => {
    const {ended} = await poll([new TypeError('a bug')])
    expect(ended).to.be.instanceOf(TypeError)
  })
})
