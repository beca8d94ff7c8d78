import {Plugin} from '@oclif/core/config'
import {build} from 'esbuild'
import {execFileSync} from 'node:child_process'
import {readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {dirname, join, resolve} from 'node:path'
import {fileURLToPath} from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** How src/ and everything that it needs becomes dist/, for esbuild. */
export const bundleOptions = {
  absWorkingDir: root,
  // Modules from CommonJS ask for `require`, which an ES module does not have.
  banner: {js: "import {createRequire} from 'node:module'; const require = createRequire(import.meta.url);"},
  bundle: true,
  chunkNames: 'chunks/[name]-[hash]',
  entryPoints: ['src/main.ts', 'src/help.ts', 'src/commands/**/*.ts', 'src/hooks/*.ts'],
  // oclif loads these to run TypeScript, which the built package never does.
  external: ['pnpapi', 'ts-node', 'tsx', 'typescript'],
  format: 'esm',
  legalComments: 'none',
  metafile: true,
  minifySyntax: true,
  minifyWhitespace: true,
  outdir: 'dist',
  platform: 'node',
  splitting: true,
  target: 'node20.19',
}

/**
 * Bundles src/ into dist/. Each command, each hook and the help are files of their own, loaded
 * when they run; what they share goes into chunks.
 */
export async function bundle() {
  rmSync(join(root, 'dist'), {force: true, recursive: true})
  const {metafile} = await build(bundleOptions)
  writeFileSync(join(root, 'dist', 'THIRD-PARTY-LICENSES.txt'), licenses(Object.keys(metafile.inputs)))
}

/** The licence texts of the packages that went into the bundle, which their authors ask to keep. */
function licenses(inputs) {
  const folders = inputs.flatMap((input) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input) ?? [])
  return [...new Set(folders)]
    .sort()
    .map((folder) => {
      const {license, name, version} = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
      const file = readdirSync(join(root, folder)).find((entry) => /^licen[cs]e/i.test(entry))
      const text = file ? readFileSync(join(root, folder, file), 'utf8').trim() : `(${license})`
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
}
