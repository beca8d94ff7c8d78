import {usageError} from '../errors.js'

/**
 * What standard input holds: up to its end, or up to the first newline at a terminal, where a
 * person ends a line and not the stream. Stops early once there are more than `maxCharacters`,
 * so that endless input ends too; the answer is then longer than that.
 */
export async function readStandardInput(maxCharacters: number): Promise<string> {
  const {stdin} = process
  let text = ''
  stdin.setEncoding('utf8')
  try {
    // Leaving the loop destroys the stream, and nothing keeps the process waiting for more.
    for await (const chunk of stdin) {
      text += chunk
      if (text.length > maxCharacters || (stdin.isTTY && text.includes('\n'))) break
    }
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException
    throw usageError(`Standard input could not be read (${code}).`, 'Check what it is connected to.')
  }

  return text
}
