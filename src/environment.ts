import {homedir} from './home.js'

/**
 * Keeps oclif from listening to the environment. Imported before oclif, which reads some of
 * these variables while it is loaded.
 *
 * nno honours no NNO_ variable; oclif would take NNO_CONTENT_TYPE, NNO_DEBUG, NNO_CACHE_DIR,
 * OCLIF_COLUMNS and others.
 */
for (const name of Object.keys(process.env)) {
  if (name.startsWith('NNO_') || name.startsWith('OCLIF_')) delete process.env[name]
}

// oclif's debug output shows the command line, hence tokens.
delete process.env.DEBUG
delete process.env.CLI_FLAGS_DEBUG
// Otherwise a theme would be read from a file that XDG_CONFIG_HOME names.
process.env.NNO_DISABLE_THEME = '1'
// Node would warn on stderr that NO_COLOR is ignored. It is not.
if (process.env.NO_COLOR) delete process.env.FORCE_COLOR
// Without one, oclif starts PowerShell on Windows, and fails for a user without a passwd entry.
process.env.SHELL ??= process.platform === 'win32' ? 'cmd.exe' : '/bin/sh'
try {
  homedir()
} catch {
  // Without HOME and a passwd entry, what oclif loads would throw here. The credential store refuses
  // an empty home with an error that says what to do.
  process.env.HOME = ''
}

try {
  process.cwd()
} catch {
  // In a folder that was deleted, libraries complain; nno needs none.
  process.chdir('/')
}
