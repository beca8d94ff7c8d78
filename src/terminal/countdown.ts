const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
const CLEAR_LINE = '\r\u001B[K'

/**
 * Shows on a terminal how many minutes and seconds are left; does nothing elsewhere, where each
 * redrawn line would be a line of a log or be read aloud.
 */
export function startCountdown(seconds: number, stream = process.stderr): {stop: () => void} {
  if (!stream.isTTY || process.env.TERM === 'dumb') return {stop() {}}
  const end = performance.now() + seconds * 1000
  let frame = 0
  const draw = () => {
    const left = Math.max(0, Math.ceil((end - performance.now()) / 1000))
    const clock = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`
    stream.write(`${CLEAR_LINE}${FRAMES[frame++ % FRAMES.length]} ${clock} left`)
  }

  draw()
  const timer = setInterval(draw, 100)
  return {
    stop() {
      clearInterval(timer)
      stream.write(CLEAR_LINE)
    },
  }
}
