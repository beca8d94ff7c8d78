/** What to start a process with so that file modes bind it, which they do not bind root. */
export function withoutRootsPrivileges(): string[] {
  if (process.geteuid?.() !== 0) return []
  const capabilities = '-dac_override,-dac_read_search'
  return ['setpriv', '--bounding-set', capabilities, '--inh-caps', capabilities]
}
