import {expect} from 'chai'
import * as fc from 'fast-check'

import {tokenFault} from '../../src/credentials/token.js'

describe('tokenFault', () => {
  it('takes every text of 1 to 8192 printable ASCII characters', () => {
    const printable = fc.string({
      maxLength: 8192,
      minLength: 1,
      unit: fc.integer({max: 0x7e, min: 0x21}).map((code) => String.fromCodePoint(code)),
    })
    fc.assert(fc.property(printable, (text) => tokenFault(text) === undefined))
  })

  it('refuses every text with another character in it, without quoting it', () => {
    const other = fc.oneof(fc.integer({max: 0x20, min: 0}), fc.integer({max: 0xd7_ff, min: 0x7f}))
    fc.assert(
      fc.property(fc.string(), other, fc.string(), (before, code, after) => {
        const fault = tokenFault(before + String.fromCodePoint(code) + after)
        return fault === 'The token holds white space, a line break or characters other than printable ASCII.'
      }),
    )
  })

  it('refuses one that is empty or too long', () => {
    expect(tokenFault('')).to.equal('The token is empty.')
    expect(tokenFault('x'.repeat(8193))).to.equal('The token is longer than 8192 characters.')
  })
})
