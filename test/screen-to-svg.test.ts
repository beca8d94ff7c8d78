import {expect} from 'chai'

import {screenToSvg} from '../scripts/screen-to-svg.js'

const THEME = {ansi: ['black', 'red', 'green'], background: 'white', border: 'gray', text: 'navy'}

/** What a picture of this output shows: the words with their places and styles. */
async function drawn(output: string) {
  const svg = await screenToSvg(output, THEME)
  return [...svg.matchAll(/<text x="(\d+)" y="(\d+)" textLength="(\d+)" \S+"([^>]*)>(.*?)<\/text>/g)].map(
    ([, x, y, width, style, text]) => [Number(x), Number(y), Number(width), style, text],
  )
}

describe('screenToSvg', () => {
  it('puts each word into its cells, with its colour and weight', async () => {
    expect(await drawn('\u001B[32m✔\u001B[39m Done\n  \u001B[1mBOLD\u001B[22m')).to.deep.equal([
      [20, 34, 9, ' fill="green"', '✔'],
      [38, 34, 36, '', 'Done'],
      [38, 52, 36, ' font-weight="bold"', 'BOLD'],
    ])
  })

  it('shows what is on the screen in the end: nothing that was cleared, and wrapped lines', async () => {
    expect(await drawn(`⠋ 30:00 left\r\u001B[K⠙ 29:59 left\r\u001B[Kdone\n`)).to.deep.equal([[20, 34, 36, '', 'done']])
    expect(await drawn('x'.repeat(81))).to.deep.equal([
      [20, 34, 720, '', 'x'.repeat(80)],
      [20, 52, 9, '', 'x'],
    ])
  })

  it('shows what means something in XML', async () => {
    expect(await drawn('<a&b>')).to.deep.equal([[20, 34, 45, '', '&lt;a&amp;b>']])
  })

  it('refuses a colour that the theme does not have', async () => {
    const refused = await screenToSvg('\u001B[94mbright', THEME).catch((error: Error) => error.message)
    expect(refused).to.equal('no theme has the colour of this: b')
  })
})
