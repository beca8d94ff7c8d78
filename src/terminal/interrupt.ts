const SIGNALS = ['SIGHUP', 'SIGINT', 'SIGTERM'] as const

/**
 * Turns Ctrl-C, a polite kill and a terminal that closes into an abort signal, for work that has something to finish.
 * Until `stop` is called, none of them ends the process.
 */
export function listenForInterrupt(): {signal: AbortSignal; stop: () => void} {
  const controller = new AbortController()
  const abort = () => controller.abort(new Error('interrupted'))
  for (const signal of SIGNALS) process.on(signal, abort)
  return {
    signal: controller.signal,
    stop() {
      for (const signal of SIGNALS) process.off(signal, abort)
    },
  }
}
