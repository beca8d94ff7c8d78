import {Plugin} from '@oclif/core/config'
import {execFileSync} from 'node:child_process'
import {readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {dirname, join, relative, resolve, sep} from 'node:path'
import {fileURLToPath} from 'node:url'
import {build} from 'rolldown'

import {writeCompletions} from './completions.js'
import {leanOclif} from './lean-oclif.js'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** What `nno logout` runs through becomes one file: each file more would take time to find and open. */
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
  'node_modules/@oclif/core/lib/performance.js',
  'node_modules/@oclif/core/lib/settings.js',
  'node_modules/@oclif/core/lib/util/aggregate-flags.js',
  'node_modules/@oclif/core/lib/util/fs.js',
  'node_modules/@oclif/core/lib/util/os.js',
  'node_modules/@oclif/core/lib/util/util.js',
  'node_modules/@oclif/core/package.json',
  'node_modules/is-unicode-supported/',
  'src/base-command.ts',
  'src/credentials/',
  'src/errors.ts',
  'src/report.ts',
  'src/services.ts',
  'src/terminal/input.ts',
  'src/terminal/output.ts',
  'src/terminal/sanitize.ts',
  'src/terminal/style.ts',
]

/** A file as START names it, on every system. */
const inRoot = (path) => relative(root, path).split(sep).join('/')

/** The files that oclif loads by name: commands, hooks, help; and the one that starts oclif. */
function entryPoints() {
  const sources = readdirSync(join(root, 'src'), {recursive: true}).map((path) => path.replaceAll('\\', '/'))
  const loadedByName = sources.filter((path) => /^(?:main|help|(?:commands|hooks)\/.*)\.ts$/.test(path))
  return Object.fromEntries(loadedByName.map((path) => [path.replace(/\.ts$/, ''), join(root, 'src', path)]))
}

/**
 * Bundles src/ and everything that it needs into dist/. Each command, each hook and the help are
 * files of their own, loaded when they run; what they share goes into chunks. CommonJS, since Node
 * takes 5 ms longer to start its loader of ES modules.
 */
export async function bundle() {
  rmSync(join(root, 'dist'), {force: true, recursive: true})
  const {output} = await build({
    cwd: root,
    // oclif loads these to run TypeScript, which the built package never does.
    external: ['pnpapi', 'ts-node', 'tsx', 'typescript'],
    input: entryPoints(),
    output: {
      chunkFileNames: 'chunks/[name].cjs',
      codeSplitting: {
        groups: [{name: 'start', test: (id) => START.some((path) => inRoot(id).startsWith(path))}],
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
    plugins: [leanOclif()],
    preserveEntrySignatures: 'allow-extension',
    transform: {target: 'node20.19'},
    tsconfig: false,
  })
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
