import {expect} from 'chai'

import type {CredentialStore} from '../../src/credentials/store.js'

import {CREDENTIALS, OTHER_TOKEN} from '../support/home.js'

/**
 * What every credential store promises: the file store and the fake alike.
 *
 * @param makeEmpty a new store in which nobody is logged in
 * @param makeBroken a new store that holds something else than credentials
 */
export function itKeepsThePromisesOfAStore(makeEmpty: () => CredentialStore, makeBroken: () => CredentialStore): void {
  const OTHER = {...CREDENTIALS, email: 'other@acme.com', token: OTHER_TOKEN}
  const found = (credentials: typeof CREDENTIALS) => ({credentials, state: 'found', warnings: []})

  it('is empty at first', async () => {
    expect(await makeEmpty().readCredentials()).to.deep.equal({state: 'empty'})
  })

  it('finds what was written', async () => {
    const store = makeEmpty()
    expect(await store.writeCredentials(CREDENTIALS)).to.deep.equal([])
    expect(await store.readCredentials()).to.deep.equal(found(CREDENTIALS))
  })

  it('finds what was written last', async () => {
    const store = makeEmpty()
    await store.writeCredentials(CREDENTIALS)
    await store.writeCredentials(OTHER)
    expect(await store.readCredentials()).to.deep.equal(found(OTHER))
  })

  it('forgets what it was told to forget', async () => {
    const store = makeEmpty()
    await store.writeCredentials(CREDENTIALS)
    expect(await store.clearCredentials()).to.deep.equal({previous: found(CREDENTIALS), warnings: []})
    expect(await store.readCredentials()).to.deep.equal({state: 'empty'})
  })

  it('says when there was nothing to forget', async () => {
    const store = makeEmpty()
    expect(await store.clearCredentials()).to.deep.equal({previous: undefined, warnings: []})
    await store.writeCredentials(CREDENTIALS)
    await store.clearCredentials()
    expect(await store.clearCredentials()).to.deep.equal({previous: undefined, warnings: []})
  })

  it('can be written again after a clear', async () => {
    const store = makeEmpty()
    await store.writeCredentials(CREDENTIALS)
    await store.clearCredentials()
    await store.writeCredentials(OTHER)
    expect(await store.readCredentials()).to.deep.equal(found(OTHER))
  })

  it('keeps no hold on what it was given, nor on what it gave', async () => {
    const store = makeEmpty()
    const given = {...CREDENTIALS}
    await store.writeCredentials(given)
    given.token = OTHER_TOKEN
    const reading = await store.readCredentials()
    if (reading.state === 'found') reading.credentials.token = OTHER_TOKEN
    expect(await store.readCredentials()).to.deep.equal(found(CREDENTIALS))
  })

  it('calls broken content neither empty nor found', async () => {
    const reading = await makeBroken().readCredentials()
    expect(reading.state).to.equal('broken')
    expect(reading).to.have.property('reason').that.is.a('string').and.not.empty
  })

  it('clears broken content', async () => {
    const store = makeBroken()
    const {previous} = await store.clearCredentials()
    expect(previous).to.include({state: 'broken'})
    expect(await store.readCredentials()).to.deep.equal({state: 'empty'})
  })

  it('replaces broken content', async () => {
    const store = makeBroken()
    await store.writeCredentials(CREDENTIALS)
    expect(await store.readCredentials()).to.deep.equal(found(CREDENTIALS))
  })

  it('says where it is', () => {
    expect(makeEmpty().location).to.match(/credentials\.json$/)
  })
}
