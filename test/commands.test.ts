import {expect} from 'chai'
import {readdirSync} from 'node:fs'
import {join, sep} from 'node:path'

import {ROOT} from './support/nno.js'

const names = readdirSync(join(ROOT, 'src', 'commands'), {recursive: true})
  .map(String)
  .filter((path) => path.endsWith('.ts'))
  .map((path) => path.replace(/\.ts$/, '').replaceAll(sep, '/'))

describe('the table of commands', () => {
  it('has each file of src/commands/ under its id', async () => {
    // Not at the top: what is imported there are copies of what is imported by name here.
    const {COMMANDS} = await import('../src/commands.js')
    const classes = names.map(async (name) => {
      const {default: command} = (await import(`../src/commands/${name}.js`)) as {default: unknown}
      return [name.replaceAll('/', ':'), command]
    })
    expect({...COMMANDS}).to.deep.equal(Object.fromEntries(await Promise.all(classes)))
  })
})
