/** What the fault tests have done, printed at their end. */
const figures = {
  'broken promises': 0,
  cases: 0,
  'faults injected': 0,
  kills: 0,
  'processes raced': 0,
  reads: 0,
}

export function count(figure: keyof typeof figures, by = 1): void {
  figures[figure] += by
}

/** Counts a broken promise, and fails the test that found it. */
export function breach(what: string): never {
  count('broken promises')
  throw new Error(`broken promise: ${what}`)
}

// eslint-disable-next-line mocha/no-top-level-hooks -- once, after all suites
after(() => {
  const order = ['faults injected', 'kills', 'processes raced', 'reads', 'cases', 'broken promises'] as const
  console.log(`\n  ${order.map((figure) => `${figure}: ${figures[figure].toLocaleString('en')}`).join(', ')}`)
})
