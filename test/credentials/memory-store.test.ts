import {MemoryCredentialStore} from '../support/memory-store.js'
import {itKeepsThePromisesOfAStore} from './store.contract.js'

describe('MemoryCredentialStore, the fake', () => {
  itKeepsThePromisesOfAStore(
    () => new MemoryCredentialStore(),
    () => new MemoryCredentialStore({reason: 'it is not JSON', state: 'broken'}),
  )
})
