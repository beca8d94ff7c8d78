/** A fenced block: its language, its text, and why no test can run it where a comment before it says so. */
export type Block = {language: string; notRun: string | undefined; text: string}

/** A command of a console block, and the lines that the block shows below it. */
export type Step = {command: string; shown: string}

/** The blocks of a page, in the order in which a reader meets them. */
export function blocksOf(markdown: string): Block[] {
  return [...markdown.matchAll(/(?:^<!-- not run: ([^>]+) -->\n\n)?^```(\w+)\n(.*?)^```$/gms)].map(
    ([, notRun, language, text]) => ({language: language!, notRun, text: text!}),
  )
}

/** The steps of a console block. */
export function stepsOf({text}: Block): Step[] {
  return text
    .split(/^\$ /m)
    .slice(1)
    .map((step) => {
      const [command, ...shown] = step.split('\n')
      return {command: command!, shown: shown.join('\n')}
    })
}

/** Where the links of a page lead, but for those to other hosts and within the page. */
export function linksOf(markdown: string): string[] {
  return [...markdown.matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g)].map(([, path]) => path!)
}
