/**
 * What is changed in the sources of dependencies while they are bundled, so that `nno logout` loads
 * little. A rule that no longer finds its text fails the build: see whether a new version still needs it.
 *
 * `npm run bench` shows what they are worth together; docs/performance.md, one by one.
 */
/* eslint-disable perfectionist/sort-objects -- why and where come before what */
const RULES = [
  {
    // Comparing by the rules of a language loads ICU's tables. Ids of commands are ASCII.
    name: 'sort commands without ICU',
    file: '@oclif/core/lib/config/plugin.js',
    edits: [['a.id.localeCompare(b.id)', 'a.id < b.id ? -1 : 1']],
  },
  {
    // node:fs/promises is a module of its own in Node, and its thread pool takes longer than a small file.
    name: 'read the manifest at once',
    file: '@oclif/core/lib/util/fs.js',
    edits: [["await (0, promises_1.readFile)(path, 'utf8')", "(0, node_fs_1.readFileSync)(path, 'utf8')"]],
  },
  {
    // environment.ts switches debug output off, since it would show the command line.
    name: 'no debug output',
    file: '@oclif/core/lib/logger.js',
    edits: [['const debug_1 = __importDefault(require("debug"));', 'const debug_1 = {default: () => () => {}};']],
  },
  {
    // Reads files of the system to tell WSL from Linux, which is all the same to nno.
    name: 'do not look for WSL',
    file: '@oclif/core/lib/util/os.js',
    edits: [["(await import('wsl-utils')).isWsl ? 'wsl' : (0, node_os_1.platform)()", '(0, node_os_1.platform)()']],
  },
  {
    // Node makes process.stdout when it is first asked for. src/main.ts answers its errors.
    name: 'do not make stdout early',
    file: '@oclif/core/lib/command.js',
    edits: [["process.stdout.on('error', (err) => {", '(() => {})((err) => {']],
  },
  {
    // Each command would load the configuration again, which is for plugins with an oclif of their own.
    name: 'load the configuration once',
    file: '@oclif/core/lib/config/config.js',
    edits: [['if (isConfig(opts)) {', 'if (isConfig(opts)) {\n            return opts;']],
  },
  {
    // The index builds the help classes; all that is needed of it to start is how arguments are split.
    name: 'load the help to show it',
    file: '@oclif/core/lib/main.js',
    edits: [
      [
        'const help_1 = require("./help");',
        'const help_1 = require("./help/util");\nconst help_2 = require("./help");',
      ],
      ['(0, help_1.loadHelpClass)', '(0, help_2.loadHelpClass)'],
    ],
  },
  {
    // What else ux has: spinners, colours, themes.
    name: 'print the version without ux',
    file: '@oclif/core/lib/main.js',
    edits: [['ux_1.ux.stdout(config.userAgent)', String.raw`process.stdout.write(config.userAgent + '\n')`]],
  },
  {
    // The index of @oclif/core loads all of it, and compares versions with semver.
    name: 'help without the whole of oclif',
    file: '@oclif/plugin-help/lib/commands/help.js',
    edits: [
      [
        "import { Args, Command, Flags, loadHelpClass } from '@oclif/core';",
        `import * as Args from '@oclif/core/args';
         import {Command} from '@oclif/core/command';
         import * as Flags from '@oclif/core/flags';
         import {loadHelpClass} from '@oclif/core/help';`,
      ],
    ],
  },
]
/* eslint-enable perfectionist/sort-objects */

/** A whole line of CommonJS, as TypeScript writes it, that names a module for what follows. */
const REQUIRE = /^(?:const|var) (\w+) = ((?:__import(?:Default|Star)\()?require\((["'])[^"']+\3\)+);$/gm
/** A whole line in a chunk that names another chunk for what follows. */
const REQUIRE_CHUNK = /^const (require_[\w$]+) = (require\("\.[^"]+"\));$/gm
/** The same, in a form that REQUIRE does not find. */
const EAGER_REQUIRE = /^(?:const|let|var) [^;]*= [^;]*require\(["']/m

/**
 * How a minified chunk wraps a CommonJS module: `t().t(((e,t)=>{`. Node 20 compiles an arrow function in two
 * passes, and a function expression in parentheses in one. (Newer ones take both at once.)
 */
const WRAPPER = /(\(\)\.\w+\(\()(?:\(([\w$,]+)\)|([\w$]+))=>\{/g

/** A name where it is used: neither part of another name, nor in a string, nor where it is defined. */
const useOf = (name) =>
  new RegExp(String.raw`(?<![\w$.'"/])${name.replaceAll('$', String.raw`\$`)}(?![\w$'"])(?! = \(\) =>)`, 'g')

/** Every module that a line requires is required when its name is first used. */
function requireOnFirstUse(code, line) {
  const names = []
  let changed = code.replaceAll(line, (_, name, required) => {
    names.push(name)
    return `let $${name}; const ${name} = () => $${name} ??= ${required};`
  })
  for (const name of names) changed = changed.replaceAll(useOf(name), `(${name}())`)
  return changed
}

/** A plugin for rolldown that applies the rules, and loads modules of oclif and chunks of nno when they are used. */
export function leanOclif() {
  const applied = new Set()
  return {
    buildEnd(error) {
      const {name} = RULES.find((rule) => !applied.has(rule)) ?? {}
      if (name && !error) throw new Error(`Rule "${name}" met no file of its name.`)
    },
    generateBundle(_, chunks) {
      if (!applied.has(REQUIRE_CHUNK)) throw new Error('No chunk is loaded on first use.')
      const start = Object.values(chunks).find(({name}) => name === 'start')
      if (!start?.code.match(WRAPPER)) throw new Error('No wrapper of a module is found in the chunk "start".')
      start.code = start.code.replaceAll(WRAPPER, '$1function($2$3){')
    },
    name: 'lean-oclif',
    renderChunk(code) {
      const changed = requireOnFirstUse(code, REQUIRE_CHUNK)
      if (changed !== code) applied.add(REQUIRE_CHUNK)
      return changed
    },
    transform(code, id) {
      const [file] = id.replaceAll('\\', '/').split('/node_modules/').slice(-1)
      for (const rule of RULES.filter((rule) => rule.file === file)) {
        for (const [text, replacement] of rule.edits) {
          if (!code.includes(text)) throw new Error(`Rule "${rule.name}" does not find its text in ${file}.`)
          code = code.replace(text, () => replacement)
        }

        applied.add(rule)
      }

      if (!/^@oclif\/core\/lib\/.*\.js$/.test(file)) return code
      const changed = requireOnFirstUse(code, REQUIRE)
      if (EAGER_REQUIRE.test(changed)) throw new Error(`${file} requires a module in a way that is not known here.`)
      return changed
    },
  }
}
