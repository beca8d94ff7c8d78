import {expect} from 'chai'
import {existsSync, readdirSync, readFileSync} from 'node:fs'
import {dirname, join} from 'node:path'

import {makeHome, TOKEN} from './support/home.js'
import {blocksOf, linksOf, stepsOf} from './support/markdown.js'
import {ROOT, shell} from './support/nno.js'

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
