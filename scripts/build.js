import {Plugin} from '@oclif/core/config'
import {execFileSync} from 'node:child_process'
import {readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {dirname, join, relative, resolve, sep} from 'node:path'
import {fileURLToPath} from 'node:url'
import {build} from 'rolldown'

import {writeCompletions} from './completions.js'
import {leanOclif} from './lean-oclif.js'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** What `nno logout` runs through becomes main.cjs: each file more would take time to find and open. */
const START = [
  'node_modules/@oclif/core/lib/cache.js',
  'node_modules/@oclif/core/lib/command.js',
  'node_modules/@oclif/core/lib/config/',
  'node_modules/@oclif/core/lib/flags.js',
  'node_modules/@oclif/core/lib/help/util.js',
  'node_modules/@oclif/core/lib/logger.js',
  'node_modules/@oclif/core/lib/main.js',
  'node_modules/@oclif/core/lib/module-loader.js',
  'node_modules/@oclif/core/lib/parser/index.js',
  'node_modules/@oclif/core/lib/parser/parse.js',
  'node_modules/@oclif/core/lib/parser/validate.js',
  'node_modules/@oclif/core/lib/settings.js',
  'node_modules/@oclif/core/lib/util/aggregate-flags.js',
  'node_modules/@oclif/core/lib/util/fs.js',
  'node_modules/@oclif/core/lib/util/os.js',
  'node_modules/@oclif/core/lib/util/util.js',
  'node_modules/is-unicode-supported/',
  'package.json',
  'src/base-command.ts',
  'src/commands.ts',
  'src/commands/logout.ts',
  'src/credentials/clear-file.ts',
  'src/credentials/disk.ts',
  'src/credentials/faults.ts',
  'src/credentials/file-store.ts',
  'src/credentials/look.ts',
  'src/credentials/ownership.ts',
  'src/credentials/schema.ts',
  'src/credentials/temp-files.ts',
  'src/credentials/token.ts',
  'src/environment.ts',
  'src/errors.ts',
  'src/home.ts',
  'src/hooks/',
  'src/main.ts',
  'src/report.ts',
  'src/services.ts',
  'src/terminal/input.ts',
  'src/terminal/output.ts',
  'src/terminal/sanitize.ts',
  'src/terminal/style.ts',
]

/** Whether START names a file, on every system. */
const isStart = (path) => START.some((start) => inRoot(path).startsWith(start))
const inRoot = (path) => relative(root, path).split(sep).join('/')

/** Leaves of package.json what src/main.ts takes, since an object is built of it at each start. */
const packageJson = {
  name: 'package-json',
  transform(code, id) {
    if (inRoot(id) !== 'package.json') return
    const {description, name, oclif, version} = JSON.parse(code)
    return JSON.stringify({description, name, oclif, version})
  },
}

/** The file that starts oclif; and what becomes a file of its own: the help, and each command but logout. */
function entryPoints() {
  const sources = readdirSync(join(root, 'src'), {recursive: true}).map((path) => path.replaceAll('\\', '/'))
  const commands = sources.filter((path) => /^commands\/.*\.ts$/.test(path) && !START.includes(`src/${path}`))
  const entries = ['main.ts', 'help.ts', ...commands]
  return Object.fromEntries(entries.map((path) => [path.replace(/\.ts$/, ''), join(root, 'src', path)]))
}

/**
 * Bundles src/ and everything that it needs into dist/: main.cjs with all of START, and files that are
 * loaded when they are used. CommonJS, since Node takes 5 ms longer to start its loader of ES modules.
 * ASCII, which Node keeps as it reads it.
 */
export async function bundle() {
  rmSync(join(root, 'dist'), {force: true, recursive: true})
  const {output} = await build({
    cwd: root,
    // oclif loads these to run TypeScript, which the built package never does.
    external: ['pnpapi', 'ts-node', 'tsx', 'typescript'],
    input: entryPoints(),
    output: {
      charset: 'ascii',
      chunkFileNames: 'chunks/[name].cjs',
      codeSplitting: {
        groups: [{name: 'main', test: isStart}],
        includeDependenciesRecursively: false,
      },
      comments: {legal: false},
      dir: join(root, 'dist'),
      entryFileNames: '[name].cjs',
      exports: 'named',
      format: 'cjs',
      minify: true,
    },
    platform: 'node',
    plugins: [packageJson, leanOclif(isStart)],
    preserveEntrySignatures: 'allow-extension',
    transform: {target: 'node20.19'},
    tsconfig: false,
  })
  const {moduleIds} = output.find(({fileName}) => fileName === 'main.cjs')
  const missed = START.find((start) => !moduleIds.some((id) => inRoot(id).startsWith(start)))
  if (missed) throw new Error(`START names ${missed}, which main.cjs has no module of.`)
  const modules = output.flatMap(({moduleIds}) => moduleIds ?? [])
  writeFileSync(join(root, 'dist', 'THIRD-PARTY-LICENSES.txt'), licenses(modules))
}

/** The licence texts of the packages that went into the bundle, which their authors ask to keep. */
function licenses(modules) {
  const folders = modules.flatMap((module) => /^.*[/\\]node_modules[/\\](?:@[^/\\]+[/\\])?[^/\\]+/.exec(module) ?? [])
  return [...new Set(folders)]
    .sort()
    .map((folder) => {
      const {license, name, version} = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
      const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry))
      const text = file ? readFileSync(join(folder, file), 'utf8').trim() : `(${license})`
      return `${name} ${version}\n\n${text}\n`
    })
    .join(`\n${'-'.repeat(72)}\n\n`)
}

/** Writes oclif.manifest.json from the built commands, so that nno need not look for them at each start. */
export async function writeManifest() {
  const plugin = new Plugin({
    errorOnManifestCreate: true,
    ignoreManifest: true,
    isRoot: true,
    respectNoCacheDefault: true,
    root,
  })
  await plugin.load()
  const commands = Object.fromEntries(Object.entries(plugin.manifest.commands).sort(([a], [b]) => (a < b ? -1 : 1)))
  writeFileSync(join(root, 'oclif.manifest.json'), JSON.stringify({...plugin.manifest, commands}, undefined, 2) + '\n')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  execFileSync(process.execPath, [resolve(root, 'node_modules/typescript/bin/tsc'), '--noEmit'], {
    cwd: root,
    stdio: 'inherit',
  })
  await bundle()
  await writeManifest()
  writeCompletions()
}
