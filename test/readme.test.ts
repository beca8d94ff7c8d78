import {expect} from 'chai'
import {readFileSync} from 'node:fs'
import {join} from 'node:path'

import {makeHome, TOKEN} from './support/home.js'
import {ROOT, shell} from './support/nno.js'

const readme = readFileSync(join(ROOT, 'README.md'), 'utf8')

/** A command of a console block, and the lines that the block shows below it. */
type Step = {command: string; shown: string}

/** The steps of all console blocks, in the order in which a reader meets them. */
function steps(markdown: string): Step[] {
  return [...markdown.matchAll(/^```console\n(.*?)^```$/gms)].flatMap(([, block]) =>
    block!
      .split(/^\$ /m)
      .slice(1)
      .map((text) => {
        const [command, ...shown] = text.split('\n')
        return {command: command!, shown: shown.join('\n')}
      }),
  )
}

describe('README.md', () => {
  it('begins with the two lines that a newcomer types', () => {
    expect(readme.match(/^npm ci.*$/gm)).to.deep.equal(['npm ci && node bin/run.js logout', 'npm ci && npm test'])
  })

  if (process.platform === 'win32') return

  it('shows what really happens, from the first command to the last', async () => {
    const home = makeHome()
    const found = steps(readme)
    expect(found).to.have.length.of.at.least(9)
    for (const {command, shown} of found) {
      const {exit, stderr, stdout} = await shell(command, {env: {NNO_API_TOKEN: TOKEN}, home})
      const output = stderr + stdout + (exit === 0 ? '' : `[exit ${exit}]\n`)
      expect(output, command).to.equal(shown)
    }
  })

  it('links to files, and shows pictures, that are there', () => {
    const links = [...readme.matchAll(/\]\((?!https?:)([^)]+)\)/g)].map(([, path]) => path!)
    expect(links).to.have.length.of.at.least(6)
    const pictures = [...readme.matchAll(/ src(?:set)?="([^"]+)"/g)].map(([, path]) => path!)
    expect(pictures).to.have.length.of.at.least(10)
    for (const path of [...links, ...pictures]) {
      expect(() => readFileSync(join(ROOT, path)), path).not.to.throw(/ENOENT/)
    }
  })
})
