import {expect} from 'chai'
import {readFileSync} from 'node:fs'
import {join} from 'node:path'

import {makeHome} from './support/home.js'
import {nno, ROOT, terminal} from './support/nno.js'

type Command = {description: string; examples: Array<{command: string; description: string}>; exitCodes: object}

const {commands} = JSON.parse(readFileSync(join(ROOT, 'oclif.manifest.json'), 'utf8')) as {
  commands: Record<string, Command>
}
const home = makeHome()
const inOneLine = (text: string) => text.replaceAll(/\s+/g, ' ')
const widest = (text: string) => Math.max(...text.split('\n').map((line) => line.length))

async function help(...words: string[]): Promise<string> {
  const {exit, stderr, stdout} = await nno(['help', ...words], {home})
  expect({exit, stderr}).to.deep.equal({exit: 0, stderr: ''})
  return stdout
}

for (const [id, {description, examples, exitCodes}] of Object.entries(commands)) {
  const words = id.split(':')
  describe(`nno help ${words.join(' ')}`, () => {
    let shown: string

    before(async () => {
      shown = await help(...words)
    })

    it('fits into 80 columns', () => expect(widest(shown)).to.be.at.most(80))

    it('breaks no line inside a word or a path', () => {
      for (const text of [
        description,
        ...Object.values(exitCodes),
        ...examples.map((example) => example.description),
      ]) {
        expect(inOneLine(shown)).to.include(inOneLine(text as string))
      }
    })

    it('shows each example as one would type it', () => {
      expect(examples).to.have.length.of.at.least(2)
      for (const {command} of examples) {
        const [first, ...more] = command.replaceAll('<%= config.bin %>', 'nno').split('\n')
        expect(shown).to.include([`    $ ${first}`, ...more.map((line) => `    ${line}`)].join('\n'))
      }
    })

    it('tells where the credential file is, if the command has to do with it', () => {
      const [files] = /^FILES\n {2}.*/m.exec(shown) ?? []
      expect(files).to.equal(
        6 in exitCodes ? 'FILES\n  ~/.nno/credentials.json (the credential file, in your home folder)' : undefined,
      )
    })

    if (process.platform === 'linux') {
      it('fits into 40 columns too, but for what is to be copied', async () => {
        const narrow = await terminal(`stty cols 40; nno help ${words.join(' ')}`, {env: {NO_COLOR: '1'}, home})
        expect(widest(narrow.replaceAll(/^ {4}.*/gm, ''))).to.be.at.most(40)
        expect(inOneLine(narrow)).to.include(inOneLine(description))
      })
    }
  })
}

describe('nno alone', () => {
  it('tells somebody who is new what to do, and all commands, in 80 columns', async () => {
    const {exit, stderr, stdout} = await nno([], {home})
    expect({exit, stderr}).to.deep.equal({exit: 0, stderr: ''})
    expect(stdout).to.match(/FIRST STEPS\n {2}\$ nno login /)
    for (const id of Object.keys(commands)) expect(stdout).to.match(new RegExp(`^ {2}${id.replace(':', ' ')} `, 'm'))
    expect(widest(stdout)).to.be.at.most(80)
    expect(await help()).to.equal(stdout)
  })
})

describe('nno help sessions', () => {
  it('lists what there is to do with sessions', async () => {
    const shown = await help('sessions')
    expect(shown).to.include('sessions list ').and.to.include('sessions revoke ')
    expect(widest(shown)).to.be.at.most(80)
  })
})
