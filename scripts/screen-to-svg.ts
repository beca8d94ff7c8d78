import type {IBufferCell, IBufferLine} from '@xterm/headless'

import {createRequire} from 'node:module'

// The package is CommonJS in a form whose names an import does not find.
const {Terminal} = createRequire(import.meta.url)('@xterm/headless') as typeof import('@xterm/headless')

/** The colours of a picture: `ansi` are those that a program chooses with 30 to 37, and 90. */
export type Theme = {ansi: readonly string[]; background: string; border: string; text: string}

/** Letters of one word that look alike, and the column where they begin. */
type Run = {cells: number; column: number; style: string; text: string}

export const COLUMNS = 80

// In pixels. Most monospace letters are 0.6 times as wide as they are high.
const [FONT_SIZE, CELL, LINE, MARGIN] = [15, 9, 18, 20]

/**
 * Draws what a terminal of 80 columns shows after this output, as an SVG: what was overwritten or
 * cleared is gone, what is too long is wrapped. Every letter stands in its cell, whatever the font.
 *
 * @throws Error when the output has a colour that the theme does not know
 */
export async function screenToSvg(output: string, theme: Theme): Promise<string> {
  const terminal = new Terminal({allowProposedApi: true, cols: COLUMNS, convertEol: true})
  await new Promise<void>((resolve) => {
    terminal.write(output, resolve)
  })
  const {active: screen} = terminal.buffer
  const lines = Array.from({length: screen.length}, (_, row) => runsOf(screen.getLine(row)!, theme))
  const rows = lines.findLastIndex((runs) => runs.length > 0) + 1
  const [width, height] = [COLUMNS * CELL + 2 * MARGIN, rows * LINE + 2 * MARGIN]
  const fonts = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"
  fill="${theme.text}" font-family="${fonts}" font-size="${FONT_SIZE}" style="font-variant-emoji: text">
<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8" fill="${theme.background}" stroke="${theme.border}"/>
${lines.flatMap((runs, row) => runs.map((run) => draw(run, row))).join('\n')}
</svg>
`
}

function runsOf(line: IBufferLine, theme: Theme): Run[] {
  const runs: Run[] = []
  for (let column = 0; column < COLUMNS; column++) {
    const cell = line.getCell(column)!
    const text = cell.getChars().trim()
    if (!text) continue
    const style = styleOf(cell, theme)
    const last = runs.at(-1)
    if (last && last.style === style && last.column + last.cells === column) {
      last.cells++
      last.text += text
    } else {
      runs.push({cells: 1, column, style, text})
    }
  }

  return runs
}

function styleOf(cell: IBufferCell, theme: Theme): string {
  const color = cell.isFgDefault() ? theme.text : cell.isFgPalette() ? theme.ansi[cell.getFgColor()] : undefined
  if (!color || !cell.isBgDefault()) throw new Error(`no theme has the colour of this: ${cell.getChars()}`)
  return [
    ...(cell.isFgDefault() ? [] : [` fill="${color}"`]),
    ...(cell.isBold() ? [' font-weight="bold"'] : []),
    ...(cell.isDim() ? [' fill-opacity="0.7"'] : []),
    ...(cell.isUnderline() ? [' text-decoration="underline"'] : []),
  ].join('')
}

function draw({cells, column, style, text}: Run, row: number): string {
  const [x, y] = [MARGIN + column * CELL, MARGIN + row * LINE + FONT_SIZE - 1]
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
  return `<text x="${x}" y="${y}" textLength="${cells * CELL}" lengthAdjust="spacingAndGlyphs"${style}>${escaped}</text>`
}
