import {expect} from 'chai'

import Login from '../../src/commands/login.js'
import {credentialFileError, iamUnreachable} from '../../src/errors.js'
import {DEVICE, FakeIam} from '../support/fake-iam.js'
import {CREDENTIALS, OTHER_TOKEN, TOKEN} from '../support/home.js'
import {MemoryCredentialStore} from '../support/memory-store.js'
import {fakeServices, NOW, runWith} from '../support/run.js'

const THIRTY_DAYS = 30 * 24 * 60 * 60 * 1000

function unreachableIam(): FakeIam {
  const iam = new FakeIam()
  iam.findSession = async () => {
    throw iamUnreachable('iam.example answered 502.', [])
  }

  return iam
}

describe('login', () => {
  it('stores the token for 30 days', async () => {
    const credentials = new MemoryCredentialStore()
    const {stderr, stdout} = await runWith(Login, ['--token', TOKEN, '--offline'], fakeServices({credentials}))
    expect(stdout).to.equal('✔ Authenticated via token\n')
    expect(stderr).to.equal('')
    expect(await credentials.readCredentials()).to.deep.equal({
      credentials: {
        email: 'ci-user',
        expiresAt: new Date(NOW + THIRTY_DAYS).toISOString(),
        iamUrl: 'https://iam.svc.nno.app',
        platformId: null,
        refreshToken: null,
        role: null,
        token: TOKEN,
      },
      state: 'found',
      warnings: [],
    })
  })

  it('asks IAM whose token it is', async () => {
    const credentials = new MemoryCredentialStore()
    const {stderr, stdout} = await runWith(Login, ['-t', TOKEN], fakeServices({credentials}))
    expect({stderr, stdout}).to.deep.equal({stderr: '', stdout: '✔ Authenticated via token\n'})
    const reading = await credentials.readCredentials()
    expect(reading)
      .to.have.property('credentials')
      .that.deep.equals({...CREDENTIALS, iamUrl: 'https://iam.svc.nno.app'})
  })

  it('stores the token all the same when IAM cannot be asked, and says so', async () => {
    const credentials = new MemoryCredentialStore(CREDENTIALS)
    const services = fakeServices({connect: async () => unreachableIam(), credentials})
    const {stderr, stdout} = await runWith(Login, ['-t', OTHER_TOKEN, '--json'], services)
    expect(stderr).to.equal('⚠ The token is stored, but not verified. IAM unreachable: iam.example answered 502.\n')
    expect(JSON.parse(stdout)).to.include({email: 'ci-user', platformId: null, role: null, verified: false})
    expect(await credentials.readCredentials()).to.have.nested.property('credentials.token', OTHER_TOKEN)
  })

  it('stores no token that IAM refuses, and keeps the old credentials', async () => {
    const credentials = new MemoryCredentialStore(CREDENTIALS)
    const {error, stdout} = await runWith(Login, ['-t', OTHER_TOKEN], fakeServices({credentials}))
    expect(error).to.include({code: 'token_rejected', exitCode: 4})
    expect(stdout).to.equal('')
    expect(await credentials.readCredentials()).to.have.nested.property('credentials.token', TOKEN)
  })

  it('tells a script everything but the token', async () => {
    const {stdout} = await runWith(Login, ['--token', TOKEN, '--offline', '--json'], fakeServices())
    expect(JSON.parse(stdout)).to.deep.equal({
      credentialsPath: '/memory/.nno/credentials.json',
      email: 'ci-user',
      expiresAt: new Date(NOW + THIRTY_DAYS).toISOString(),
      iamUrl: 'https://iam.svc.nno.app',
      method: 'token',
      platformId: null,
      role: null,
      status: 'authenticated',
      verified: false,
    })
  })

  for (const [end, input] of Object.entries({'a newline': `${TOKEN}\n`, CRLF: `${TOKEN}\r\n`, 'no newline': TOKEN})) {
    it(`reads a token that ends with ${end} from standard input`, async () => {
      const credentials = new MemoryCredentialStore()
      const readStandardInput = async () => input
      const {error} = await runWith(
        Login,
        ['--token', '-', '--offline'],
        fakeServices({credentials, readStandardInput}),
      )
      expect(error).to.equal(undefined)
      expect(await credentials.readCredentials()).to.have.nested.property('credentials.token', TOKEN)
    })
  }

  const refused: Record<string, [argv: string[], message: RegExp, input?: string]> = {
    '--device with a token': [['--device', '--token', TOKEN], /^--device and --token exclude each other/],
    '--offline without a token': [['--offline'], /^--offline needs --token/],
    'a token of 8193 characters': [['--token', 'x'.repeat(8193)], /^The token is longer than 8192/],
    'a token that is empty': [['--token', ''], /^The token is empty/],
    'a token with a line break': [['--token', `${TOKEN}\n`], /^The token holds white space/],
    'a token with an escape': [['--token', `${TOKEN}\u001B[0m`], /^The token holds white space/],
    'a token with an umlaut': [['--token', `${TOKEN}ü`], /^The token holds white space/],
    'a token with a space': [['--token', `${TOKEN} ${TOKEN}`], /^The token holds white space/],
    'empty standard input': [['--token', '-'], /^The token is empty/],
    'two lines on standard input': [['--token', '-'], /^The token holds white space/, `${TOKEN}\n${OTHER_TOKEN}\n`],
    'two tokens': [['--token', TOKEN, '--token', OTHER_TOKEN], /^Flag --token can only be specified once\.$/],
  }
  for (const [what, [argv, message, input = '']] of Object.entries(refused)) {
    it(`refuses ${what}, without echo, and stores nothing`, async () => {
      const credentials = new MemoryCredentialStore()
      const services = fakeServices({credentials, readStandardInput: async () => input})
      const {error, stderr, stdout} = await runWith(Login, argv, services)
      expect(error).to.include({code: 'usage', exitCode: 2})
      expect(error!.message).to.match(message)
      expect(JSON.stringify([error, error!.message, stderr, stdout])).not.to.include('nno-test-token')
      expect(await credentials.readCredentials()).to.deep.equal({state: 'empty'})
    })
  }

  it('takes a token of 8192 characters', async () => {
    const {error} = await runWith(Login, ['--token', 'x'.repeat(8192), '--offline'], fakeServices())
    expect(error).to.equal(undefined)
  })

  it('says nothing of success when the store fails', async () => {
    const credentials = new MemoryCredentialStore()
    credentials.writeCredentials = async () => {
      throw credentialFileError('ENOSPC', [])
    }

    const {error, stdout} = await runWith(Login, ['--token', TOKEN], fakeServices({credentials}))
    expect(error).to.include({code: 'credential_file', exitCode: 6})
    expect(stdout).to.equal('')
  })
})

describe('login with a device code', () => {
  const granted = {expiresIn: 3600, refreshToken: 'nno-test-token-refresh', state: 'granted' as const, token: TOKEN}

  it('shows the URL and the code before it opens a browser, and stores who that is', async () => {
    const credentials = new MemoryCredentialStore()
    const services = fakeServices({
      awaitApproval: async () => granted,
      credentials,
      async openBrowser(url) {
        process.stderr.write(`(browser at ${url})\n`)
      },
    })
    const {result, stderr, stdout} = await runWith(Login, [], services)
    expect(stdout).to.equal('✔ Authenticated as developer@acme.com\n')
    expect(stderr).to.match(/activate\n[^]*Code: ABCD-1234[^]*Only continue if you started[^]*Waiting/)
    expect(stderr).to.match(/\(browser at https:\/\/console\.app\.nno\.app\/activate\?user_code=ABCD-1234\)\n$/)
    const reading = await credentials.readCredentials()
    expect(reading).to.have.nested.property('credentials.refreshToken', granted.refreshToken)
    expect(JSON.stringify([result, stderr, stdout])).not.to.include('nno-test-token')
  })

  it('opens no browser when it is told not to', async () => {
    const openBrowser = async () => {
      throw new Error('opened')
    }

    const services = fakeServices({awaitApproval: async () => granted, openBrowser})
    expect((await runWith(Login, ['--no-browser'], services)).error).to.equal(undefined)
  })

  it('is stored although IAM cannot say whose it is', async () => {
    const credentials = new MemoryCredentialStore()
    const services = fakeServices({
      awaitApproval: async () => granted,
      connect: async () => unreachableIam(),
      credentials,
    })
    const {stderr, stdout} = await runWith(Login, [], services)
    expect(stdout).to.equal('✔ Authenticated as unknown\n')
    expect(stderr).to.match(/⚠ The login is stored, but IAM could not say whose it is\.\n$/)
    expect(await credentials.readCredentials()).to.deep.nested.include({
      'credentials.email': 'unknown',
      'credentials.expiresAt': new Date(NOW + 3_600_000).toISOString(),
    })
  })

  it('asks twice whose it is', async () => {
    const iam = new FakeIam()
    const answer = iam.findSession.bind(iam)
    let asked = 0
    iam.findSession = async (token) =>
      asked++ === 0 ? Promise.reject(iamUnreachable('for a moment.', [])) : answer(token)
    const services = fakeServices({awaitApproval: async () => granted, connect: async () => iam})
    expect((await runWith(Login, [], services)).stdout).to.equal('✔ Authenticated as developer@acme.com\n')
  })

  it('needs a terminal, or the flag that says it goes without', async () => {
    const services = fakeServices({awaitApproval: async () => granted, hasTerminal: () => false})
    const {error} = await runWith(Login, [], services)
    expect(error).to.include({code: 'usage', exitCode: 2})
    expect(error!.message).to.include('--token')
    expect((await runWith(Login, ['--device'], services)).error).to.equal(undefined)
  })

  it('shows no escape sequence that a server puts into its answer', async () => {
    const iam = new FakeIam()
    iam.startDevice = async () => ({...DEVICE, userCode: 'AB\u001B[2JCD', verificationUri: 'https://x/\u202Ey\n✔ done'})
    const services = fakeServices({awaitApproval: async () => granted, connect: async () => iam})
    const {stderr} = await runWith(Login, ['--no-browser'], services)
    expect(stderr).to.include('ℹ   https://x/y✔ done\n')
    expect(stderr).to.include('│ Code: ABCD │\n')
  })
})
