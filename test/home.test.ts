import {expect} from 'chai'
import os from 'node:os'

import {homedir} from '../src/home.js'

describe('the home folder', () => {
  const {HOME} = process.env

  afterEach(() => {
    process.env.HOME = HOME
  })

  for (const home of ['/somewhere', '', 'relative']) {
    it(`is what Node says for HOME=${home}`, () => {
      process.env.HOME = home
      expect(homedir()).to.equal(os.homedir())
    })
  }

  it('is what Node says without HOME', () => {
    delete process.env.HOME
    expect(homedir()).to.equal(os.homedir()).and.to.equal(os.userInfo().homedir)
  })
})
