import {runHook} from '@oclif/test'
import {expect} from 'chai'

import Logout from '../../src/commands/logout.js'
import {CREDENTIALS} from '../support/home.js'
import {MemoryCredentialStore} from '../support/memory-store.js'
import {ROOT} from '../support/nno.js'
import {fakeServices, runWith} from '../support/run.js'

const announce = async (status: Record<string, string>) => {
  const {stderr, stdout} = await runHook('status', {status}, {root: ROOT}, {testNodeEnv: 'production'})
  return {stderr, stdout}
}

describe('the status hook', () => {
  it('renders a line on stdout', async () => {
    expect(await announce({kind: 'success', stream: 'stdout', text: 'done'})).to.deep.equal({
      stderr: '',
      stdout: '✔ done\n',
    })
  })

  it('renders a line on stderr', async () => {
    expect(await announce({kind: 'warning', stream: 'stderr', text: 'care'})).to.deep.equal({
      stderr: '⚠ care\n',
      stdout: '',
    })
  })

  it('is an error when it fails, never silence', async () => {
    const services = fakeServices({credentials: new MemoryCredentialStore(CREDENTIALS)})
    const hooks = {status: './test/support/failing-status-hook.mjs'}
    const {error} = await runWith(Logout, [], services, hooks)
    expect(error?.message).to.equal('the printer is on fire')
  })
})
