import {expect} from 'chai'

import Logout from '../../src/commands/logout.js'
import {credentialFileError, iamUnreachable} from '../../src/errors.js'
import {FakeIam} from '../support/fake-iam.js'
import {credentialPath, CREDENTIALS, homeWith, makeHome, readFile} from '../support/home.js'
import {MemoryCredentialStore} from '../support/memory-store.js'
import {fakeServices, runBuilt, runWith} from '../support/run.js'

describe('logout', () => {
  it('clears the store and says so', async () => {
    const credentials = new MemoryCredentialStore(CREDENTIALS)
    const {error, stderr, stdout} = await runWith(Logout, [], fakeServices({credentials}))
    expect(error).to.equal(undefined)
    expect(stdout).to.equal('✔ Logged out successfully\n')
    expect(stderr).to.equal('')
    expect(await credentials.readCredentials()).to.deep.equal({state: 'empty'})
  })

  it('says when nobody was logged in', async () => {
    const {stdout} = await runWith(Logout, [], fakeServices())
    expect(stdout).to.equal('ℹ Not currently logged in\n')
  })

  it('clears what is not valid, and warns', async () => {
    const credentials = new MemoryCredentialStore({reason: 'it is not JSON', state: 'broken'})
    const {stderr, stdout} = await runWith(Logout, [], fakeServices({credentials}))
    expect(stdout).to.equal('✔ Logged out successfully\n')
    expect(stderr).to.equal('⚠ /memory/.nno/credentials.json was not valid, and was cleared.\n')
    expect(await credentials.readCredentials()).to.deep.equal({state: 'empty'})
  })

  it('shows the warnings of the store', async () => {
    const credentials = new MemoryCredentialStore(CREDENTIALS)
    credentials.clearCredentials = async () => ({
      previous: {credentials: CREDENTIALS, state: 'found', warnings: []},
      warnings: ['first', 'second'],
    })
    const {stderr} = await runWith(Logout, [], fakeServices({credentials}))
    expect(stderr).to.equal('⚠ first\n⚠ second\n')
  })

  it('tells a script how long the session stays usable at the server', async () => {
    const credentials = new MemoryCredentialStore(CREDENTIALS)
    const {result, stdout} = await runWith(Logout, ['--json'], fakeServices({credentials}))
    expect(JSON.parse(stdout)).to.deep.equal({
      credentialsPath: '/memory/.nno/credentials.json',
      revocation: 'not_requested',
      sessionExpiresAt: CREDENTIALS.expiresAt,
      status: 'logged_out',
    })
    expect(result).to.deep.equal(JSON.parse(stdout))
  })

  it('says nothing of success when the store fails', async () => {
    const credentials = new MemoryCredentialStore(CREDENTIALS)
    credentials.clearCredentials = async () => {
      throw credentialFileError('EIO', [])
    }

    const {error, stdout} = await runWith(Logout, [], fakeServices({credentials}))
    expect(error).to.include({code: 'credential_file', exitCode: 6})
    expect(stdout).to.equal('')
  })

  it('ends the session first when it is asked to', async () => {
    const credentials = new MemoryCredentialStore(CREDENTIALS)
    const iam = new FakeIam()
    const services = fakeServices({connect: async () => iam, credentials})
    const {stderr, stdout} = await runWith(Logout, ['--revoke'], services)
    expect({stderr, stdout}).to.deep.equal({stderr: '', stdout: '✔ Logged out successfully\n✔ Session revoked\n'})
    expect(iam.tokens).to.deep.equal(new Set())
    expect(await credentials.readCredentials()).to.deep.equal({state: 'empty'})
  })

  it('clears the store whatever goes wrong at IAM', async () => {
    const failures: Array<FakeIam['endSession']> = [
      async () => false,
      async () => {
        throw iamUnreachable('iam.example answered 502.', [])
      },
      async () => {
        throw new TypeError('a bug')
      },
    ]
    for (const endSession of failures) {
      const credentials = new MemoryCredentialStore(CREDENTIALS)
      const iam = Object.assign(new FakeIam(), {endSession})
      const {stderr, stdout} = await runWith(
        Logout,
        ['--revoke'],
        fakeServices({connect: async () => iam, credentials}),
      )
      expect(stdout).to.equal('✔ Logged out successfully\n')
      expect(stderr).to.match(/^⚠ The session may still be valid\. .* Revoke it on the "Active sessions" page/)
      expect(process.exitCode).to.equal(7)
      expect(await credentials.readCredentials()).to.deep.equal({state: 'empty'})
    }
  })

  it('works on the real file when oclif builds it', async () => {
    const home = homeWith(CREDENTIALS)
    const {error, stdout} = await runBuilt('logout', home)
    expect(error).to.equal(undefined)
    expect(stdout).to.equal('✔ Logged out successfully\n')
    expect(readFile(home)).to.equal('{}')
  })

  it('names the real file for a script', async () => {
    const home = makeHome()
    const {stdout} = await runBuilt('logout --json', home)
    expect(JSON.parse(stdout)).to.deep.equal({
      credentialsPath: credentialPath(home),
      revocation: 'not_requested',
      sessionExpiresAt: null,
      status: 'not_logged_in',
    })
  })
})
