import {expect} from 'chai'

import Login from '../../src/commands/login.js'
import {credentialFileError} from '../../src/errors.js'
import {OTHER_TOKEN, TOKEN} from '../support/home.js'
import {MemoryCredentialStore} from '../support/memory-store.js'
import {fakeServices, NOW, runWith} from '../support/run.js'

const THIRTY_DAYS = 30 * 24 * 60 * 60 * 1000

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

  it('says that IAM was not asked when nobody asked for that', async () => {
    const {stderr} = await runWith(Login, ['-t', TOKEN], fakeServices())
    expect(stderr).to.equal('⚠ The token is stored, but IAM was not asked whether it is valid.\n')
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
    '--offline without a token': [['--offline'], /^--offline needs --token/],
    'a token of 8193 characters': [['--token', 'x'.repeat(8193)], /^The token is longer than 8192/],
    'a token that is empty': [['--token', ''], /^The token is empty/],
    'a token with a line break': [['--token', `${TOKEN}\n`], /^The token holds white space/],
    'a token with an escape': [['--token', `${TOKEN}\u001B[0m`], /^The token holds white space/],
    'a token with an umlaut': [['--token', `${TOKEN}ü`], /^The token holds white space/],
    'a token with a space': [['--token', `${TOKEN} ${TOKEN}`], /^The token holds white space/],
    'empty standard input': [['--token', '-'], /^The token is empty/],
    'no token at all': [[], /^There is no token/],
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
    const {error} = await runWith(Login, ['--token', 'x'.repeat(8192)], fakeServices())
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
