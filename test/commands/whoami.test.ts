import {expect} from 'chai'

import Whoami from '../../src/commands/whoami.js'
import {iamUnreachable} from '../../src/errors.js'
import {FakeIam, SESSION} from '../support/fake-iam.js'
import {CREDENTIALS} from '../support/home.js'
import {MemoryCredentialStore} from '../support/memory-store.js'
import {fakeServices, NOW, runWith} from '../support/run.js'

const offline = async (credentials: MemoryCredentialStore, ...argv: string[]) =>
  runWith(Whoami, ['--offline', ...argv], fakeServices({credentials}))

describe('whoami --offline', () => {
  it('shows the stored credentials, marked as unverified', async () => {
    const {stderr, stdout} = await offline(new MemoryCredentialStore(CREDENTIALS))
    expect(stdout).to.equal(
      'ℹ Authenticated as developer@acme.com [unverified]\n' +
        'ℹ Platform: r4xk9m2zt5 [unverified]\n' +
        'ℹ Role: platform-admin [unverified]\n',
    )
    expect(stderr).to.equal('')
  })

  it('has no line for what is not known', async () => {
    const {stdout} = await offline(new MemoryCredentialStore({...CREDENTIALS, platformId: null, role: null}))
    expect(stdout).to.equal('ℹ Authenticated as developer@acme.com [unverified]\n')
  })

  it('warns when the session has expired', async () => {
    const expiresAt = new Date(NOW).toISOString()
    const {stderr, stdout} = await offline(new MemoryCredentialStore({...CREDENTIALS, expiresAt}))
    expect(stdout).to.match(/^ℹ Authenticated as/)
    expect(stderr).to.equal(`⚠ The session expired at ${expiresAt}. Run: nno login\n`)
  })

  it('does not warn a millisecond before', async () => {
    const expiresAt = new Date(NOW + 1).toISOString()
    const {stderr} = await offline(new MemoryCredentialStore({...CREDENTIALS, expiresAt}))
    expect(stderr).to.equal('')
  })

  it('shows the warnings of the store', async () => {
    const {stderr} = await offline(
      new MemoryCredentialStore({credentials: CREDENTIALS, state: 'found', warnings: ['open']}),
    )
    expect(stderr).to.equal('⚠ open\n')
  })

  it('shows no control characters, whatever the file holds', async () => {
    const email = 'a\u0007b\u001B[31mc\u202Ed\u200Be\nf\u009B2Jg\u001B]8;;http://x\u0007h'
    const store = () => new MemoryCredentialStore({...CREDENTIALS, email})
    const {stdout} = await runWith(Whoami, ['--offline'], fakeServices({credentials: store()}))
    expect(stdout.split('\n')[0]).to.equal('ℹ Authenticated as abcdefgh [unverified]')
    const json = await offline(store(), '--json')
    expect(JSON.parse(json.stdout)).to.include({email: 'abcdefgh'})
  })

  it('tells a script', async () => {
    const {stdout} = await offline(new MemoryCredentialStore(CREDENTIALS), '--json')
    const {email, expiresAt, iamUrl, platformId, role} = CREDENTIALS
    expect(JSON.parse(stdout)).to.deep.equal({
      authenticated: true,
      email,
      expiresAt,
      iamUrl,
      platformId,
      reason: null,
      role,
      verified: false,
    })
  })
})

describe('whoami', () => {
  for (const argv of [[], ['--offline']]) {
    it(`says when nobody is logged in (${argv.join(' ') || 'no flags'})`, async () => {
      const {error, stdout} = await runWith(Whoami, argv, fakeServices())
      expect(error).to.equal(undefined)
      expect(stdout).to.equal('ℹ Not authenticated. Run: nno login\n')
      expect(process.exitCode).to.equal(3)
    })
  }

  it('shows what IAM says, not what is stored', async () => {
    const iam = new FakeIam()
    iam.findSession = async () => ({...SESSION, email: 'new@acme.com', role: null})
    const services = fakeServices({connect: async () => iam, credentials: new MemoryCredentialStore(CREDENTIALS)})
    const {stderr, stdout} = await runWith(Whoami, [], services)
    expect(stderr).to.equal('')
    expect(stdout).to.equal(
      `✔ Authenticated as new@acme.com
ℹ Platform: r4xk9m2zt5
ℹ Session expires: ${SESSION.expiresAt}
`,
    )
  })

  it('says when IAM refuses the token, and keeps it', async () => {
    const credentials = new MemoryCredentialStore(CREDENTIALS)
    const services = fakeServices({connect: async () => new FakeIam(new Set()), credentials})
    const {error, stdout} = await runWith(Whoami, [], services)
    expect(error).to.include({code: 'session_rejected', exitCode: 4})
    expect(error!.message).to.equal('Session expired or revoked. Run: nno login again.')
    expect(error)
      .to.have.property('document')
      .that.includes({authenticated: false, reason: 'session_rejected', verified: true})
    expect(stdout).to.equal('')
    expect(await credentials.readCredentials()).to.include({state: 'found'})
  })

  it('says when IAM cannot be asked, and why', async () => {
    const iam = new FakeIam()
    iam.findSession = async () => {
      throw iamUnreachable('iam.example is not known (DNS).', ['Check the network.'])
    }

    const services = fakeServices({connect: async () => iam, credentials: new MemoryCredentialStore(CREDENTIALS)})
    const {error, stdout} = await runWith(Whoami, [], services)
    expect(error).to.include({code: 'iam_unreachable', exitCode: 5})
    expect(error!.message).to.equal('IAM unreachable. Use --offline to display cached credentials.')
    expect(error)
      .to.have.property('suggestions')
      .that.deep.equals(['iam.example is not known (DNS).', 'Check the network.'])
    expect(error)
      .to.have.property('document')
      .that.includes({authenticated: null, email: CREDENTIALS.email, verified: false})
    expect(stdout).to.equal('')
  })

  it('tells a script that nobody is logged in', async () => {
    const {stdout} = await runWith(Whoami, ['--json'], fakeServices())
    expect(JSON.parse(stdout)).to.deep.equal({
      authenticated: false,
      email: null,
      expiresAt: null,
      iamUrl: null,
      platformId: null,
      reason: 'not_logged_in',
      role: null,
      verified: false,
    })
    expect(process.exitCode).to.equal(3)
  })

  it('never calls a broken file "not logged in"', async () => {
    const credentials = new MemoryCredentialStore({reason: 'it is not JSON', state: 'broken'})
    const {error, stdout} = await runWith(Whoami, [], fakeServices({credentials}))
    expect(error).to.include({code: 'credential_file_broken', exitCode: 6})
    expect(error!.message).to.equal('The credential file /memory/.nno/credentials.json is not valid: it is not JSON.')
    expect(stdout).to.equal('')
  })
})
