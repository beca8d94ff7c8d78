import {expect} from 'chai'
import * as fc from 'fast-check'

import {renderJson, sanitize} from '../../src/terminal/sanitize.js'

/** Characters that move the cursor, hide, or reorder what is beside them. */
const UNSAFE = [
  ...range(0x00, 0x1f),
  ...range(0x7f, 0x9f),
  0xad,
  0x6_1c,
  ...range(0x20_0b, 0x20_0f),
  ...range(0x20_28, 0x20_2e),
  ...range(0x20_60, 0x20_64),
  ...range(0x20_66, 0x20_69),
  0xfe_ff,
  0xe_00_41,
].map((code) => String.fromCodePoint(code))

function range(from: number, to: number): number[] {
  return Array.from({length: to - from + 1}, (_, index) => from + index)
}

describe('sanitize', () => {
  for (const character of UNSAFE) {
    it(`removes U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`, () => {
      expect(sanitize(`a${character} b`)).to.equal('a b')
    })
  }

  it('removes whole escape sequences', () => {
    expect(sanitize('a\u001B[1;31mb\u001B[0m')).to.equal('ab')
    expect(sanitize('a\u001B]8;;https://evil.example\u0007b\u001B]8;;\u0007c')).to.equal('abc')
    expect(sanitize('a\u009B2Jb')).to.equal('ab')
  })

  it('keeps letters of every script, and emoji', () => {
    expect(sanitize('Zoë 東京 שלום 🙂 +1 (a@b.example)')).to.equal('Zoë 東京 שלום 🙂 +1 (a@b.example)')
  })

  it('leaves nothing unsafe in any text', () => {
    const text = fc.array(fc.oneof(fc.constantFrom(...UNSAFE, '\u001B[', '\u001B]'), fc.string()))
    fc.assert(
      fc.property(text, (parts) => {
        const shown = sanitize(parts.join(''))
        return UNSAFE.every((character) => !shown.includes(character))
      }),
    )
  })
})

describe('renderJson', () => {
  it('sanitises every string, and stays one JSON document', () => {
    const text = renderJson({deep: [{email: 'a\u001B[31mb\u0085\u202Ec'}], none: null, yes: true})
    expect(JSON.parse(text)).to.deep.equal({deep: [{email: 'abc'}], none: null, yes: true})
    expect(text).to.match(/^[ -~\n]*\n$/)
  })
})
