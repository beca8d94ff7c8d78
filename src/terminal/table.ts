import {sanitize} from './sanitize.js'

/** The most characters of one cell: more, as of a browser's user agent, is cut. */
const MAX_CELL = 40

/**
 * Rows in columns that line up, below their headings. Where a line has no room for them, each row becomes a block,
 * with its headings beside those of its cells that hold something. `room` is how many characters a line holds: any number, if not given. Every
 * cell is sanitised. Ends with a newline.
 */
export function renderTable(
  headings: readonly string[],
  rows: ReadonlyArray<readonly string[]>,
  room = Number.POSITIVE_INFINITY,
): string {
  const cells = rows.map((row) => row.map((cell) => cut(sanitize(cell))))
  const lines = align([headings, ...cells])
  if (lines.every((line) => line.length <= room)) return `${lines.join('\n')}\n`
  const blocks = cells.map((row) => {
    const pairs = headings.map((heading, column): [string, string] => [heading, row[column] ?? ''])
    return align(pairs.filter(([, cell]) => cell !== ''))
  })
  return blocks.map((block) => `${block.join('\n')}\n`).join('\n')
}

/** Each row as a line, in columns as wide as their widest cell. */
function align(rows: ReadonlyArray<readonly string[]>): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  )
}

function cut(cell: string): string {
  return cell.length > MAX_CELL ? `${cell.slice(0, MAX_CELL - 1)}…` : cell
}
