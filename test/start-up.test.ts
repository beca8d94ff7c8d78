import {expect} from 'chai'
import {build, type BuildOptions, type Metafile} from 'esbuild'

import {bundleOptions} from '../scripts/build.js'

/** The modules that are loaded with these files of the bundle, before anything is imported on demand. */
function loadedWith({outputs}: Metafile, files: string[]): Set<string> {
  const queue = [...files]
  const seen = new Set<string>()
  const modules = new Set<string>()
  for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
    if (seen.has(file)) continue
    seen.add(file)
    const {imports, inputs} = outputs[file]!
    for (const module of Object.keys(inputs)) modules.add(module)
    queue.push(...imports.filter(({external, kind}) => !external && kind === 'import-statement').map(({path}) => path))
  }

  return modules
}

describe('what nno logout loads', function () {
  this.timeout(60_000)
  let modules: string[]

  before(async () => {
    const {metafile} = await build({...(bundleOptions as BuildOptions), metafile: true, write: false})
    modules = [...loadedWith(metafile!, ['dist/main.js', 'dist/commands/logout.js', 'dist/hooks/status.js'])]
  })

  it('is what it needs', () => {
    expect(modules).to.include.members([
      'src/commands/logout.ts',
      'src/credentials/file-store.ts',
      'src/hooks/status.ts',
    ])
  })

  it('is nothing of IAM', () => {
    expect(modules.filter((module) => module.startsWith('src/iam/'))).to.deep.equal([])
  })

  for (const name of ['@oclif/plugin-help', 'leven', 'oauth4webapi', 'open', 'undici']) {
    it(`is nothing of ${name}`, () => {
      expect(modules.filter((module) => module.startsWith(`node_modules/${name}/`))).to.deep.equal([])
    })
  }

  for (const file of ['browser', 'countdown', 'interrupt', 'table']) {
    it(`is not src/terminal/${file}.ts`, () => {
      expect(modules).not.to.include(`src/terminal/${file}.ts`)
    })
  }
})
