import oclif from '@oclif/core/package.json' with {type: 'json'}
import {existsSync} from 'node:fs'
import {dirname, join, resolve} from 'node:path'

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
    files: ['@oclif/core/lib/config/plugin.js'],
    edits: [['a.id.localeCompare(b.id)', 'a.id < b.id ? -1 : 1']],
  },
  {
    // node:fs/promises is a module of its own in Node, and its thread pool takes longer than a small file.
    name: 'read the manifest at once',
    files: ['@oclif/core/lib/util/fs.js'],
    edits: [["await (0, promises_1.readFile)(path, 'utf8')", "(0, node_fs_1.readFileSync)(path, 'utf8')"]],
  },
  {
    // environment.ts switches debug output off, since it would show the command line. The whole module
    // is replaced, if it still exports this and no more.
    name: 'no debug output',
    files: ['@oclif/core/lib/logger.js'],
    edits: [
      [
        /^[^]*(?:\nexports\.(getLogger|makeDebug|setLogger|clearLoggers) = \1;){4}\n(?!exports)[^]*$/g,
        'exports.getLogger = () => ({debug() {}}); exports.makeDebug = () => () => {}; exports.setLogger = () => {};',
      ],
    ],
  },
  {
    // The built files are what runs. Unreachable code is left out of the bundle.
    name: 'do not look for TypeScript',
    files: ['@oclif/core/lib/config/ts-path.js'],
    edits: [['if (enableAutoTranspile === false) {', 'if (true) {']],
  },
  {
    // oclif measures itself only when it is told to, which nno never does.
    name: 'do not measure oclif',
    files: [
      '@oclif/core/lib/config/config.js',
      '@oclif/core/lib/config/plugin-loader.js',
      '@oclif/core/lib/config/plugin.js',
      '@oclif/core/lib/main.js',
    ],
    edits: [[/performance_1\.Performance\.\w+\([^;]*\);/g, 'undefined;']],
  },
  {
    // Reads files of the system to tell WSL from Linux, which is all the same to nno.
    name: 'do not look for WSL',
    files: ['@oclif/core/lib/util/os.js'],
    edits: [["(await import('wsl-utils')).isWsl ? 'wsl' : (0, node_os_1.platform)()", 'process.platform']],
  },
  {
    // Node would load `os` for this alone.
    name: 'ask the process for its architecture',
    files: ['@oclif/core/lib/config/config.js'],
    edits: [
      [
        "(0, node_os_1.arch)() === 'ia32' ? 'x86' : (0, node_os_1.arch)()",
        "process.arch === 'ia32' ? 'x86' : process.arch",
      ],
    ],
  },
  {
    // Node makes process.stdout when it is first asked for. src/main.ts answers its errors.
    name: 'do not make stdout early',
    files: ['@oclif/core/lib/command.js'],
    edits: [["process.stdout.on('error', (err) => {", '(() => {})((err) => {']],
  },
  {
    // Each command would load the configuration again, which is for plugins with an oclif of their own.
    name: 'load the configuration once',
    files: ['@oclif/core/lib/config/config.js'],
    edits: [['if (isConfig(opts)) {', 'if (isConfig(opts)) {\n            return opts;']],
  },
  {
    // The index builds the help classes; all that is needed of it to start is how arguments are split.
    name: 'load the help to show it',
    files: ['@oclif/core/lib/main.js'],
    edits: [
      [
        'const help_1 = require("./help");',
        'const help_1 = require("./help/util");\nconst help_2 = require("./help");',
      ],
      ['(0, help_1.loadHelpClass)', '(0, help_2.loadHelpClass)'],
    ],
  },
  {
    // Commands and hooks are named by the file that they are in, which Node would look for once more.
    name: 'take the file that is loaded',
    files: ['@oclif/core/lib/module-loader.js'],
    edits: [
      [
        'async function load(config, modulePath) {',
        `async function load(config, modulePath) {
    if (require.cache[modulePath]) return require.cache[modulePath].exports;`,
      ],
      [
        'async function loadWithData(config, modulePath) {',
        `async function loadWithData(config, modulePath) {
    if (require.cache[modulePath]) return { filePath: modulePath, isESM: false, module: require.cache[modulePath].exports };`,
      ],
    ],
  },
  {
    // All of package.json would become a part of the bundle.
    name: 'know the version of oclif',
    files: ['@oclif/core/lib/cache.js'],
    edits: [["require('@oclif/core/package.json').version", `'${oclif.version}'`]],
  },
  {
    // A module of Node is copied, property by property, to stand for its ES module.
    name: 'take the process that is there',
    files: ['is-unicode-supported/index.js'],
    edits: [["import process from 'node:process';", '']],
  },
  {
    // What else ux has: spinners, colours, themes.
    name: 'print the version without ux',
    files: ['@oclif/core/lib/main.js'],
    edits: [['ux_1.ux.stdout(config.userAgent)', String.raw`process.stdout.write(config.userAgent + '\n')`]],
  },
  {
    // The index of @oclif/core loads all of it, and compares versions with semver.
    name: 'help without the whole of oclif',
    files: ['@oclif/plugin-help/lib/commands/help.js'],
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
const REQUIRE =
  /^(?:const|var) (?<name>\w+) = (?<required>(?:__import(?:Default|Star)\()?require\((["'])(?<module>[^"']+)\3\)+);$/gm
/** The same, in a form that REQUIRE does not find. */
const OTHER_REQUIRE = /^(?:const|let|var) [^;]*= [^;]*require\(["']/m
/** A whole line in a chunk that names another chunk for what follows. */
const REQUIRE_CHUNK = /^const (?<name>require_[\w$]+) = (?<required>require\("\.[^"]+"\));$/gm
/** A whole line in main.cjs that names, for what follows, a module of Node that Node has not loaded by itself. */
const REQUIRE_NODE = /^let (?<name>node_(?:buffer|os)) = (?<required>require\("node:[^"]+"\));$/gm

/** What Node has loaded by itself. */
const READY = new Set(['node:fs', 'node:path', 'node:url', 'node:util'])

/**
 * How a minified chunk wraps a CommonJS module: `t().t(((e,t)=>{`. Node 20 compiles an arrow function in two
 * passes, and a function expression in parentheses in one. (Newer ones take both at once.)
 */
const WRAPPER = /(\(\)\.\w+\(\()(?:\(([\w$,]+)\)|([\w$]+))=>\{/g

/** A name where it is used: neither part of another name, nor in a string, nor where it is defined. */
const useOf = (name) =>
  new RegExp(String.raw`(?<![\w$.'"/])${name.replaceAll('$', String.raw`\$`)}(?![\w$'"])(?! = )`, 'g')

/** Replaces a text, or all that an expression finds; never nothing. */
function edit(code, text, replacement, where) {
  const edited = typeof text === 'string' ? code.replace(text, () => replacement) : code.replaceAll(text, replacement)
  if (edited === code) throw new Error(`${where} does not find its text.`)
  return edited
}

/** Every module that a line requires is required when its name is first used, or never. */
function requireOnFirstUse(code, line, isReady = () => false) {
  const names = []
  let changed = code.replaceAll(line, (...found) => {
    const {module, name, required} = found.at(-1)
    if (!useOf(name).test(code)) return ''
    if (isReady(module)) return found[0]
    names.push(name)
    return `let $${name}; const ${name} = () => $${name} ??= ${required};`
  })
  for (const name of names) changed = changed.replaceAll(useOf(name), `(${name}())`)
  return changed
}

/**
 * A plugin for rolldown that applies the rules, and loads modules of oclif and chunks of nno when they are used.
 *
 * @param isStart whether the module of a path is one that every command runs through
 */
export function leanOclif(isStart) {
  const applied = new Set()
  return {
    buildEnd(error) {
      const missed = RULES.flatMap(({files, name}) => files.map((file) => `Rule "${name}", ${file}`)).find(
        (where) => !applied.has(where),
      )
      if (missed && !error) throw new Error(`${missed}: there is no such file.`)
    },
    generateBundle(_, chunks) {
      const main = chunks['main.cjs']
      main.code = edit(main.code, WRAPPER, '$1function($2$3){', 'WRAPPER')
      // Its few helpers have no state, so that a copy saves a file.
      const runtime = chunks['chunks/rolldown-runtime.cjs']
      const copy = `(()=>{const exports={};${runtime.code};return exports})()`
      main.code = edit(main.code, `require("./${runtime.fileName}")`, copy, 'The copy of the runtime')
    },
    name: 'lean-oclif',
    renderChunk(code, {name}) {
      const changed = requireOnFirstUse(code, REQUIRE_CHUNK)
      if (name !== 'main') return changed
      if (changed === code) throw new Error('REQUIRE_CHUNK does not find its text.')
      const late = requireOnFirstUse(changed, REQUIRE_NODE)
      if (late === changed) throw new Error('REQUIRE_NODE does not find its text.')
      return late
    },
    transform(code, id) {
      const [file] = id.replaceAll('\\', '/').split('/node_modules/').slice(-1)
      for (const {edits, files, name} of RULES) {
        if (!files.includes(file)) continue
        const where = `Rule "${name}", ${file}`
        for (const [text, replacement] of edits) code = edit(code, text, replacement, where)
        applied.add(where)
      }

      if (!/^@oclif\/core\/lib\/.*\.js$/.test(file)) return code
      const isReady = (module) => READY.has(module) || (module.startsWith('.') && isStart(fileOf(id, module)))
      const changed = requireOnFirstUse(code, REQUIRE, isStart(id) ? isReady : undefined)
      if (OTHER_REQUIRE.test(changed.replaceAll(REQUIRE, '')))
        throw new Error(`${file} requires a module in a way that is not known here.`)
      return changed
    },
  }
}

/** The path of a module that another one requires by a relative path. */
function fileOf(id, module) {
  const path = resolve(dirname(id), module)
  return existsSync(`${path}.js`) ? `${path}.js` : join(path, 'index.js')
}
