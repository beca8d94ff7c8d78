import {expect} from 'chai'
import {existsSync, readdirSync, readFileSync} from 'node:fs'
import {dirname, join} from 'node:path'

import {CREDENTIALS, homeWith, makeHome, TOKEN} from './support/home.js'
import {blocksOf, linksOf, stepsOf} from './support/markdown.js'
import {ROOT, shell} from './support/nno.js'
import {Production} from './support/production.js'

const readme = readFileSync(join(ROOT, 'README.md'), 'utf8')

describe('README.md', () => {
  it('begins with the two lines that a newcomer types', () => {
    expect(readme.match(/^npm ci.*$/gm)).to.deep.equal(['npm ci && node bin/run.js logout', 'npm ci && npm test'])
  })

  if (process.platform === 'win32') return

  it('shows what really happens, from the first command to the last', async () => {
    const home = makeHome()
    const found = blocksOf(readme)
      .filter(({language}) => language === 'console')
      .flatMap((block) => stepsOf(block))
    expect(found).to.have.length.of.at.least(9)
    for (const {command, shown} of found) {
      const {exit, stderr, stdout} = await shell(command, {env: {NNO_API_TOKEN: TOKEN}, home})
      const output = stderr + stdout + (exit === 0 ? '' : `[exit ${exit}]\n`)
      expect(output, command).to.equal(shown)
    }
  })
})

/** The lines of README that are run elsewhere, and where. */
const RUN_ELSEWHERE = {
  'mkdir -p ~/.config/fish/completions': 'test/completion',
  'nno completion fish > ~/.config/fish/completions/nno.fish': 'test/completion',
  'npm ci && node bin/run.js logout': '.ci/run, with the line below',
  'npm ci && npm test': '.ci/run',
  'npm install --global @neutrino-io/cli': 'test/e2e/package.test.ts, from the tarball',
  'source <(nno completion bash)': 'test/completion',
  'source <(nno completion zsh)': 'test/completion',
}

if (process.platform !== 'win32') {
  describe('the lines of README.md that need an IAM', function () {
    this.timeout(60_000)
    const production = new Production()

    before(async () => production.start())

    after(async () => production.stop())

    const lines = blocksOf(readme)
      .filter(({language}) => language === 'sh')
      .flatMap(({text}) => text.trim().split('\n'))
      .map((line) => line.replace(/\s+# .*$/, ''))
    const here = lines.filter((line) => !(line in RUN_ELSEWHERE))

    it('are all known', () => {
      expect(here).to.have.length.of.at.least(8)
      expect(lines).to.include.members(Object.keys(RUN_ELSEWHERE))
    })

    for (const line of here) {
      it(line, async () => {
        const token = await production.newToken()
        const home = homeWith({...CREDENTIALS, token})
        const {id} = production.iam.sessions().find((session) => session.token === token)!
        const {exit, stderr, stdout} = await shell(line.replace('ID...', id), {
          env: {...production.env, NEW_NNO_API_TOKEN: token},
          home,
        })
        expect(exit, stderr).to.equal(0)
        expect(stdout).not.to.include(token)
        if (line.startsWith('curl')) expect(stdout).to.include(CREDENTIALS.email)
      })
    }
  })
}

describe('the docs', () => {
  const pages = [
    ...readdirSync(ROOT).filter((name) => name.endsWith('.md')),
    ...readdirSync(join(ROOT, 'docs'), {encoding: 'utf8', recursive: true})
      .filter((name) => name.endsWith('.md'))
      .map((name) => join('docs', name)),
  ]

  it('link to files that are there', () => {
    expect(pages).to.include.members(['README.md', 'SECURITY.md', join('docs', 'guides', 'leak.md')])
    for (const page of pages) {
      for (const link of linksOf(readFileSync(join(ROOT, page), 'utf8'))) {
        expect(existsSync(join(ROOT, dirname(page), link)), `${page} links to ${link}`).to.equal(true)
      }
    }

    expect(linksOf(readme)).to.have.length.of.at.least(6)
  })

  it('show pictures that are there', () => {
    const pictures = [...readme.matchAll(/ src(?:set)?="([^"]+)"/g)].map(([, path]) => path!)
    expect(pictures).to.have.length.of.at.least(10)
    for (const path of pictures) expect(existsSync(join(ROOT, path)), path).to.equal(true)
  })

  it('name files that are there', () => {
    const text = readFileSync(join(ROOT, 'SECURITY.md'), 'utf8')
    const named = [...text.matchAll(/`((?:docs|src|test)\/[^`]+)`/g)].map(([, path]) => path!)
    expect(named).to.have.length.of.at.least(20)
    for (const path of named) expect(existsSync(join(ROOT, path)), path).to.equal(true)
  })
})
