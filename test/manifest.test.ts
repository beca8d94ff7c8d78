import {expect} from 'chai'
import {readFileSync} from 'node:fs'
import {join} from 'node:path'

import {ROOT} from './support/nno.js'

type Flag = {char?: string; name: string; type: 'boolean' | 'option'}
type Command = {
  args: object
  description: string
  examples: unknown[]
  exitCodes: object
  flags: Record<string, Flag>
  summary: string
}

const {commands} = JSON.parse(readFileSync(join(ROOT, 'oclif.manifest.json'), 'utf8')) as {
  commands: Record<string, Command>
}

/** Everything that a user can type: a change here is a change that users notice. */
const SURFACE = {
  completion: ['SHELL'],
  help: ['COMMAND'],
  login: ['--device', '--iam-url=', '--json', '--no-browser', '--offline', '--token=', '-t'],
  logout: ['--json', '--revoke'],
  'sessions:list': ['--json'],
  'sessions:revoke': ['ID', '--all', '--json', '--others'],
  token: [],
  whoami: ['--iam-url=', '--json', '--offline'],
}

describe('oclif.manifest.json', () => {
  it('registers logout next to login and whoami', () => {
    expect(commands).to.include.all.keys('login', 'logout', 'whoami')
  })

  it('has the flags and arguments that users know', () => {
    const surface = Object.entries(commands).map(([id, {args, flags}]) => [
      id,
      [
        ...Object.keys(args).map((name) => name.toUpperCase()),
        ...Object.values(flags)
          .flatMap(({char, name, type}) => [`--${name}${type === 'option' ? '=' : ''}`, ...(char ? [`-${char}`] : [])])
          .sort(),
      ],
    ])
    expect(Object.fromEntries(surface)).to.deep.equal(SURFACE)
  })

  for (const [id, {description, examples, exitCodes, summary}] of Object.entries(commands)) {
    it(`has a summary, a description, two examples and the exit codes of ${id}`, () => {
      expect(summary)
        .to.be.a('string')
        .that.matches(/^[A-Z].*\.$/)
      expect(description).to.be.a('string').that.is.not.empty
      expect(examples).to.have.length.of.at.least(2)
      expect(exitCodes).to.include.all.keys('0', '2')
    })
  }
})
