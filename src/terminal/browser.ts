/**
 * Opens a page in the user's browser, where there is one to be seen: not over SSH, not without a
 * display, not in a pipeline. Best effort: it never throws, and never waits for the browser.
 *
 * @param url http: or https:, which is checked, since it comes from a server
 */
export async function openBrowser(url: string): Promise<void> {
  if (!hasBrowser() || !/^https?:$/.test(URL.canParse(url) ? new URL(url).protocol : '')) return
  try {
    const {default: open} = await import('open')
    const opener = await open(new URL(url).href)
    opener.on('error', () => {})
    opener.unref()
  } catch {
    // The URL is on the screen already.
  }
}

function hasBrowser(): boolean {
  const {CI, DISPLAY, SSH_CONNECTION, SSH_TTY, WAYLAND_DISPLAY, WSL_DISTRO_NAME} = process.env
  if (CI || SSH_CONNECTION || SSH_TTY) return false
  return process.platform !== 'linux' || Boolean(DISPLAY || WAYLAND_DISPLAY || WSL_DISTRO_NAME)
}
