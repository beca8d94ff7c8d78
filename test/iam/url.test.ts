import {expect} from 'chai'

import {iamUrlFault, normalizeIamUrl} from '../../src/iam/url.js'

describe('iamUrlFault', () => {
  for (const url of [
    'https://iam.svc.nno.app',
    'https://iam.example/base/',
    'http://127.0.0.1:8787',
    'http://127.9.9.9',
    'http://localhost:8787/',
    'http://[::1]:8787',
  ]) {
    it(`takes ${url}`, () => {
      expect(iamUrlFault(url)).to.equal(undefined)
    })
  }

  for (const url of [
    '',
    'iam.svc.nno.app',
    'http://iam.svc.nno.app',
    'http://127.0.0.1.example',
    'http://localhost.example',
    'http://1270.0.1',
    'ftp://iam.svc.nno.app',
    'file:///etc/passwd',
    'https://user:secret@iam.svc.nno.app',
    'https://user@iam.svc.nno.app',
    'https://iam.svc.nno.app?next=x',
    'https://iam.svc.nno.app#x',
  ]) {
    it(`refuses ${url || 'nothing'}, without quoting it`, () => {
      expect(iamUrlFault(url)).to.match(/^The IAM URL .+\.$/)
      expect(iamUrlFault(url)).not.to.include('secret')
    })
  }
})

describe('normalizeIamUrl', () => {
  it('drops slashes at the end', () => {
    expect(normalizeIamUrl('https://IAM.example/')).to.equal('https://iam.example')
    expect(normalizeIamUrl('https://iam.example/base//')).to.equal('https://iam.example/base')
  })
})
