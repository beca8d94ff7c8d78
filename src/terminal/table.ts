import {sanitize} from './sanitize.js'

/** The most characters of one cell: more, as of a browser's user agent, is cut. */
const MAX_CELL = 40

/** Rows in columns that line up, below their headings. Every cell is sanitised. Ends with a newline. */
export function renderTable(headings: readonly string[], rows: ReadonlyArray<readonly string[]>): string {
  const lines = [headings, ...rows].map((cells) => cells.map((cell) => cut(sanitize(cell))))
  const widths = headings.map((_, column) => Math.max(...lines.map((cells) => cells[column]?.length ?? 0)))
  return lines
    .map(
      (cells) =>
        cells
          .map((cell, column) => cell.padEnd(widths[column]!))
          .join('  ')
          .trimEnd() + '\n',
    )
    .join('')
}

function cut(cell: string): string {
  return cell.length > MAX_CELL ? `${cell.slice(0, MAX_CELL - 1)}…` : cell
}
