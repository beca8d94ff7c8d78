import {expect} from 'chai'

import {MAX_FILE_BYTES, parse, serialize} from '../../src/credentials/schema.js'
import {CREDENTIALS, TOKEN} from '../support/home.js'

const verdict = (text: string) => parse(Buffer.from(text))
const without = (name: string) => JSON.stringify({...CREDENTIALS, [name]: undefined})
const withField = (name: string, value: unknown) => JSON.stringify({...CREDENTIALS, [name]: value})

describe('parse', () => {
  it('finds what serialize wrote', () => {
    expect(parse(serialize(CREDENTIALS))).to.deep.equal({credentials: CREDENTIALS, state: 'found'})
  })

  it('ignores fields that it does not know', () => {
    expect(verdict(withField('colour', 'blue'))).to.deep.equal({credentials: CREDENTIALS, state: 'found'})
  })

  it('takes a missing platformId, refreshToken or role for one that is not known', () => {
    for (const name of ['platformId', 'refreshToken', 'role']) {
      expect(verdict(without(name))).to.have.nested.property(`credentials.${name}`, null)
    }
  })

  for (const text of ['', ' ', '\n\r\t ', '{}', '{}\n', '{} \n']) {
    it(`finds nobody logged in and nothing to clear in ${JSON.stringify(text)}`, () => {
      expect(verdict(text)).to.deep.equal({clean: true, state: 'empty'})
    })
  }

  for (const text of [`{}"token":"${TOKEN}"}`, '{}x', '{}\0', '{}' + ' '.repeat(MAX_FILE_BYTES)]) {
    it(`finds nobody logged in, but something to clear, in ${JSON.stringify(text).slice(0, 20)}`, () => {
      expect(verdict(text)).to.deep.equal({clean: false, state: 'empty'})
    })
  }

  const broken: Record<string, string> = {
    '\0\0\0\0': 'it is not JSON',
    '"text"': 'it is not a JSON object',
    [' '.repeat(MAX_FILE_BYTES + 1)]: `it is larger than ${MAX_FILE_BYTES} bytes`,
    ['['.repeat(30_000)]: 'it is not JSON',
    '[]': 'it is not a JSON object',
    '[{}]': 'it is not a JSON object',
    [`\uFEFF${JSON.stringify(CREDENTIALS)}`]: 'it is not JSON',
    [`{"__proto__":${JSON.stringify(CREDENTIALS)}}`]: 'it has no valid "token"',
    false: 'it is not a JSON object',
    [JSON.stringify(CREDENTIALS).slice(0, -1)]: 'it is not JSON',
    null: 'it is not a JSON object',
    [withField('email', 7)]: 'it has no "email"',
    [withField('expiresAt', 'soon')]: 'its "expiresAt" is not a date',
    [withField('platformId', 7)]: 'its "platformId" is not a text',
    [withField('role', [])]: 'its "role" is not a text',
    [withField('token', '')]: 'it has no valid "token"',
    [withField('token', `${TOKEN}\n`)]: 'it has no valid "token"',
    [withField('token', null)]: 'it has no valid "token"',
    [without('email')]: 'it has no "email"',
    [without('expiresAt')]: 'its "expiresAt" is not a date',
    [without('iamUrl')]: 'it has no "iamUrl"',
    [without('token')]: 'it has no valid "token"',
    ' {} ': 'it has no valid "token"',
    '{ }': 'it has no valid "token"',
  }
  for (const [text, reason] of Object.entries(broken)) {
    it(`calls ${JSON.stringify(text).slice(0, 50)} broken: ${reason}`, () => {
      expect(verdict(text)).to.deep.equal({reason, state: 'broken'})
    })
  }

  it('calls bytes that are not UTF-8 broken', () => {
    expect(parse(Buffer.from([0x7b, 0xff, 0x7d]))).to.deep.equal({reason: 'it is not UTF-8 text', state: 'broken'})
  })
})
