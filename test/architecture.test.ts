import {expect} from 'chai'
import {readdirSync, readFileSync} from 'node:fs'
import {dirname, join, posix, relative, sep} from 'node:path'
import ts from 'typescript'

import {ROOT} from './support/nno.js'

/** Every file of src/, with its text and what it imports: a path below src/, or a package's name. */
const files = readdirSync(join(ROOT, 'src'), {recursive: true, withFileTypes: true})
  .filter((entry) => entry.isFile())
  .map((entry) => {
    const path = join(entry.parentPath, entry.name)
    const file = relative(join(ROOT, 'src'), path).split(sep).join('/')
    const text = readFileSync(path, 'utf8')
    const imports = ts
      .preProcessFile(text)
      .importedFiles.map(({fileName}) =>
        fileName.startsWith('.') ? posix.join(dirname(file), fileName).replace(/\.js$/, '.ts') : fileName,
      )
    return {file, imports, text}
  })

const isOurs = (name: string) => name.endsWith('.ts')
const isOclif = (name: string) => name.startsWith('@oclif/')
const folderOf = (name: string) => (name.includes('/') ? name.split('/', 1)[0]! : '')

/** For each file that the rule is about, the imports that break it. */
function breaches(about: (file: string) => boolean, allowed: (imported: string) => boolean): string[] {
  return files
    .filter(({file}) => about(file))
    .flatMap(({file, imports}) => imports.filter((name) => !allowed(name)).map((name) => `${file} imports ${name}`))
}

describe('the layout of src/', () => {
  it('is read by this test', () => {
    expect(files.map(({file}) => file)).to.include.members(['base-command.ts', 'commands/logout.ts', 'services.ts'])
    expect(files.find(({file}) => file === 'commands/logout.ts')!.imports).to.include('base-command.ts')
  })

  for (const folder of ['credentials', 'iam', 'terminal']) {
    it(`lets ${folder}/ know neither oclif nor the rest of nno, but for errors.ts`, () => {
      const allowed = (name: string) =>
        isOurs(name) ? name === 'errors.ts' || folderOf(name) === folder : !isOclif(name)
      expect(breaches((file) => folderOf(file) === folder, allowed)).to.deep.equal([])
    })
  }

  it('lets errors.ts know nobody', () => {
    expect(
      breaches(
        (file) => file === 'errors.ts',
        () => false,
      ),
    ).to.deep.equal([])
  })

  it('lets a command know the base command, errors, interfaces and oclif, and nothing of Node', () => {
    const interfaces = new Set([
      'base-command.ts',
      'credentials/store.ts',
      'credentials/token.ts',
      'errors.ts',
      'iam/client.ts',
    ])
    const allowed = (name: string) => (isOurs(name) ? interfaces.has(name) : isOclif(name))
    // The help command is oclif's: it has no base of ours to bring nno's words along.
    expect(breaches((file) => folderOf(file) === 'commands' && file !== 'commands/help.ts', allowed)).to.deep.equal([])
  })

  it('lets no command touch the environment or the network', () => {
    const users = files.filter(({file, text}) => folderOf(file) === 'commands' && /process\.env|\bfetch\(/.test(text))
    expect(users.map(({file}) => file)).to.deep.equal([])
  })

  it('lets a hook know the terminal and the words for usage, and no services', () => {
    const allowed = (name: string) =>
      isOurs(name) ? folderOf(name) === 'terminal' || name === 'usage.ts' : isOclif(name)
    expect(breaches((file) => folderOf(file) === 'hooks', allowed)).to.deep.equal([])
  })

  it('builds the real parts in services.ts alone', () => {
    const builders = files.filter(({text}) => /new (File|Http)[A-Z]\w+\(/.test(text))
    expect(builders.map(({file}) => file)).to.deep.equal(['services.ts'])
  })

  it('has no file that only passes on what others export, and none for odds and ends', () => {
    // main.ts is what oclif loads the commands and the hooks from.
    const barrels = files.filter(({file, text}) => file !== 'main.ts' && /^export (\*|\{[^}]*\}) from/m.test(text))
    expect(barrels.map(({file}) => file)).to.deep.equal([])
    expect(
      files.map(({file}) => file).filter((file) => /(^|\/)(utils?|helpers?|common|index)(\/|\.ts$)/.test(file)),
    ).to.deep.equal([])
  })

  it('has no state that outlives a call', () => {
    const stateful = files.filter(({text}) => /^(export )?(let|var) /m.test(text))
    expect(stateful.map(({file}) => file)).to.deep.equal([])
  })
})
