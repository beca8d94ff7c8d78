import {expect} from 'chai'
import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {existsSync, readFileSync} from 'node:fs'
import {type Browser, chromium} from 'playwright-core'

import {credentialPath, makeHome} from '../support/home.js'
import {IamProcess} from '../support/iam/process.js'
import {NNO} from '../support/nno.js'

// What Debian installs; anywhere else, CHROMIUM names it.
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium'

describe('a person with a browser', function () {
  this.timeout(120_000)
  let browser: Browser
  let iam: IamProcess

  before(async () => {
    if (!existsSync(CHROMIUM)) throw new Error(`the browser test needs Chromium at ${CHROMIUM}`)
    iam = await new IamProcess().start()
    browser = await chromium.launch({
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--no-first-run',
      ],
      executablePath: CHROMIUM,
    })
  })

  after(async () => {
    await browser?.close()
    await iam?.stop()
  })

  /** Starts a login, and does in the browser what it says. */
  async function logIn(home: string, decision: 'Approve' | 'Deny') {
    const child = spawn(process.execPath, [NNO, 'login', '--device', '--no-browser', '--iam-url', iam.url], {
      env: {HOME: home, PATH: process.env.PATH},
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let [stderr, stdout] = ['', '']
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk
    })
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk
    })
    const closed = once(child, 'close')
    while (!stderr.includes('Waiting for')) await once(child.stderr, 'data')
    const [, url] = /^ℹ {3}(http\S+)$/m.exec(stderr)!
    const [, code] = /Code: (\S+)/.exec(stderr)!

    const page = await browser.newPage()
    await page.goto(url!)
    await page.getByLabel('Email').fill('developer@acme.com')
    await page.getByLabel('Password').fill('correct horse battery staple')
    await page.getByRole('button', {name: 'Sign in'}).click()
    // As a person would type it.
    await page.getByLabel('Code').fill(code!.toLowerCase().replace('-', ' '))
    await page.getByRole('button', {name: 'Continue'}).click()
    expect(await page.textContent('body')).to.include(code)
    await page.getByRole('button', {name: decision}).click()
    await page.getByText(decision === 'Approve' ? 'Go back to your terminal' : 'Denied').waitFor()
    await page.close()
    const [exit] = (await closed) as [number]
    return {exit, stderr, stdout}
  }

  it('logs in: opens the page, signs in, types the code, approves', async () => {
    const home = makeHome()
    const {exit, stdout} = await logIn(home, 'Approve')
    expect({exit, stdout}).to.deep.equal({exit: 0, stdout: '✔ Authenticated as developer@acme.com\n'})
    const {token} = JSON.parse(readFileSync(credentialPath(home), 'utf8')) as {token: string}
    expect(iam.sessions().map((session) => session.token)).to.include(token)
  })

  it('denies a login that somebody else has started', async () => {
    const home = makeHome()
    const {exit, stderr, stdout} = await logIn(home, 'Deny')
    expect({exit, stdout}).to.deep.equal({exit: 4, stdout: ''})
    expect(stderr).to.include('✖ The login was denied. Nothing was changed.')
    expect(existsSync(credentialPath(home))).to.equal(false)
  })
})
