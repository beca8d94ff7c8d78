import {expect} from 'chai'

import {renderTable} from '../../src/terminal/table.js'

const HEADINGS = ['ID', 'CLIENT']
const ROWS = [
  ['first', 'nno/1.0.0 (linux-x64; laptop)'],
  ['2', '-'],
]

describe('renderTable', () => {
  it('lines columns up below their headings', () => {
    const table = 'ID     CLIENT\nfirst  nno/1.0.0 (linux-x64; laptop)\n2      -\n'
    expect(renderTable(HEADINGS, ROWS)).to.equal(table)
    expect(renderTable(HEADINGS, ROWS, 36)).to.equal(table)
  })

  it('makes a block of each row where a line has no room', () => {
    expect(renderTable(HEADINGS, ROWS, 35)).to.equal(
      'ID      first\nCLIENT  nno/1.0.0 (linux-x64; laptop)\n\nID      2\nCLIENT  -\n',
    )
  })

  it('leaves out of a block what is empty', () => {
    expect(renderTable(HEADINGS, [['first', '']], 5)).to.equal('ID  first\n')
  })

  it('is its headings alone when there are no rows', () => {
    expect(renderTable(HEADINGS, [])).to.equal('ID  CLIENT\n')
  })

  it('cuts a long cell, and shows no control characters', () => {
    expect(renderTable(['A'], [['x'.repeat(50)], ['\u001B[2Ja\nb']])).to.equal(`A\n${'x'.repeat(39)}…\nab\n`)
  })
})
