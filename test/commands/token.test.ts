import {expect} from 'chai'

import Token from '../../src/commands/token.js'
import {CREDENTIALS, TOKEN} from '../support/home.js'
import {MemoryCredentialStore} from '../support/memory-store.js'
import {fakeServices, runWith} from '../support/run.js'

describe('token', () => {
  it('prints the token and a newline', async () => {
    const {stderr, stdout} = await runWith(
      Token,
      [],
      fakeServices({credentials: new MemoryCredentialStore(CREDENTIALS)}),
    )
    expect(stdout).to.equal(`${TOKEN}\n`)
    expect(stderr).to.equal('')
  })

  it('prints nothing when nobody is logged in', async () => {
    const {error, stdout} = await runWith(Token, [], fakeServices())
    expect(error).to.include({code: 'not_logged_in', exitCode: 3})
    expect(stdout).to.equal('')
  })

  it('prints nothing of a broken file', async () => {
    const credentials = new MemoryCredentialStore({reason: 'it is not JSON', state: 'broken'})
    const {error, stdout} = await runWith(Token, [], fakeServices({credentials}))
    expect(error).to.include({code: 'credential_file_broken', exitCode: 6})
    expect(stdout).to.equal('')
  })
})
