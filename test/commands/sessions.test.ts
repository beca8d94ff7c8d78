import {expect} from 'chai'

import SessionsList from '../../src/commands/sessions/list.js'
import SessionsRevoke from '../../src/commands/sessions/revoke.js'
import {iamUnreachable} from '../../src/errors.js'
import {FakeIam, listed} from '../support/fake-iam.js'
import {CREDENTIALS, TOKEN} from '../support/home.js'
import {MemoryCredentialStore} from '../support/memory-store.js'
import {fakeServices, runWith} from '../support/run.js'

/** An IAM and a store where somebody is logged in with the session `own-session`. */
function loggedIn(iam = new FakeIam()) {
  const credentials = new MemoryCredentialStore(CREDENTIALS)
  return {credentials, iam, services: fakeServices({connect: async () => iam, credentials})}
}

describe('sessions list', () => {
  it('shows a table', async () => {
    const {stdout} = await runWith(SessionsList, [], loggedIn().services)
    expect(stdout).to.equal(
      'ID           CURRENT   CLIENT     ADDRESS  CREATED               LAST USED             EXPIRES\n' +
        'own-session  this one  nno/0.1.0  -        2026-03-01 00:00 UTC  2026-03-01 00:00 UTC  2026-03-01 00:00 UTC\n' +
        'other-1                nno/0.1.0  -        2026-03-01 00:00 UTC  2026-03-01 00:00 UTC  2026-03-01 00:00 UTC\n' +
        'other-2                nno/0.1.0  -        2026-03-01 00:00 UTC  2026-03-01 00:00 UTC  2026-03-01 00:00 UTC\n',
    )
  })

  it('shows no escape sequence of a client, and not all of a long one', async () => {
    const row = {...listed('own-session', true), userAgent: `\u001B[2J${'x'.repeat(100)}`}
    const {stdout} = await runWith(SessionsList, [], loggedIn(new FakeIam(undefined, [row])).services)
    expect(stdout).to.include(` ${'x'.repeat(39)}… `)
    expect(stdout).to.match(/^[ -~…\n]+$/)
  })

  it('needs somebody to be logged in', async () => {
    const {error} = await runWith(SessionsList, [], fakeServices())
    expect(error).to.include({code: 'not_logged_in', exitCode: 3})
  })
})

describe('sessions revoke', () => {
  for (const argv of [[], ['--all', '--others'], ['other-1', '--all'], ['other-1', '--others']]) {
    it(`does not take ${argv.join(' ') || 'nothing'}`, async () => {
      const {iam, services} = loggedIn()
      const {error} = await runWith(SessionsRevoke, argv, services)
      expect(error).to.include({code: 'usage', exitCode: 2})
      expect(await iam.listSessions()).to.have.length(3)
    })
  }

  it('takes no token for an id, and does not send it', async () => {
    const {error, stderr, stdout} = await runWith(SessionsRevoke, [TOKEN], loggedIn().services)
    expect(error).to.include({exitCode: 2})
    expect(stderr + stdout + error!.message).not.to.include(TOKEN)
  })

  it('ends its own session last, and logs out', async () => {
    const {credentials, iam, services} = loggedIn()
    const {stdout} = await runWith(SessionsRevoke, ['--all', '--json'], services)
    expect(JSON.parse(stdout)).to.deep.equal({
      failed: [],
      loggedOut: true,
      revoked: ['other-1', 'other-2', 'own-session'],
    })
    expect(await iam.listSessions()).to.deep.equal([])
    expect(await credentials.readCredentials()).to.deep.equal({state: 'empty'})
  })

  it('goes on after a failure, keeps the login, and exits with 5', async () => {
    const {credentials, iam, services} = loggedIn()
    const deleteSession = iam.deleteSession.bind(iam)
    iam.deleteSession = async (token, id) => {
      if (id !== 'other-2') throw iamUnreachable('iam.example answered 502.', [])
      return deleteSession(token, id)
    }

    const {stderr, stdout} = await runWith(SessionsRevoke, ['nothing', 'other-1', 'other-2', 'own-session'], services)
    expect(stdout).to.equal('✔ Session other-2 revoked\n')
    expect(stderr.split('\n')).to.have.length(4)
    expect(process.exitCode).to.equal(5)
    expect(await credentials.readCredentials()).to.include({state: 'found'})
  })

  it('says which ids are not there, and exits with 4', async () => {
    const {services} = loggedIn()
    const {stdout} = await runWith(SessionsRevoke, ['nothing', 'other-1', '--json'], services)
    expect(JSON.parse(stdout)).to.deep.equal({
      failed: [{id: 'nothing', reason: 'There is no such session.'}],
      loggedOut: false,
      revoked: ['other-1'],
    })
    expect(process.exitCode).to.equal(4)
  })

  describe('at an IAM that does not say which session is this one', () => {
    const rows = () => [listed('one'), listed('two')]

    it('ends none of the others', async () => {
      const {iam, services} = loggedIn(new FakeIam(undefined, rows()))
      const {error} = await runWith(SessionsRevoke, ['--others'], services)
      expect(error).to.include({exitCode: 5})
      expect(await iam.listSessions()).to.have.length(2)
    })

    it('ends all, and logs out', async () => {
      const {credentials, services} = loggedIn(new FakeIam(undefined, rows()))
      const {stdout} = await runWith(SessionsRevoke, ['--all', '--json'], services)
      expect(JSON.parse(stdout)).to.deep.equal({failed: [], loggedOut: true, revoked: ['one', 'two']})
      expect(await credentials.readCredentials()).to.deep.equal({state: 'empty'})
    })
  })
})
