/**
 * Turns Ctrl-C and a polite kill into an abort signal, for work that has something to finish.
 * Until `stop` is called, neither ends the process.
 */
export function listenForInterrupt(): {signal: AbortSignal; stop: () => void} {
  const controller = new AbortController()
  const abort = () => controller.abort(new Error('interrupted'))
  process.on('SIGINT', abort)
  process.on('SIGTERM', abort)
  return {
    signal: controller.signal,
    stop() {
      process.off('SIGINT', abort)
      process.off('SIGTERM', abort)
    },
  }
}
