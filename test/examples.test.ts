import {expect} from 'chai'
import {chmodSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {delimiter, join} from 'node:path'

import {CREDENTIALS, homeWith, makeHome} from './support/home.js'
import {IamProcess} from './support/iam/process.js'
import {NNO, ROOT, shell, terminal} from './support/nno.js'

type Example = {command: string; description: string}

const {commands} = JSON.parse(readFileSync(join(ROOT, 'oclif.manifest.json'), 'utf8')) as {
  commands: Record<string, {examples: Example[]}>
}
const examples = Object.entries(commands).flatMap(([id, command]) =>
  command.examples.map((example) => ({
    id,
    ...example,
    command: example.command.replaceAll('<%= config.bin %>', 'nno'),
  })),
)

describe('the examples in the help', function () {
  // They are lines for a POSIX shell.
  if (process.platform === 'win32') return
  this.timeout(60_000)
  let iam: IamProcess
  let path: string

  before(async () => {
    iam = await new IamProcess().start()
    // As a user has it, but that a login is one to the IAM on this machine.
    path = join(makeHome(), 'bin')
    mkdirSync(path)
    const login = `[ "$1" = login ] && set -- "$@" --iam-url ${iam.url}`
    writeFileSync(join(path, 'nno'), `#!/bin/sh\n${login}\nexec '${process.execPath}' '${NNO}' "$@"\n`)
    chmodSync(join(path, 'nno'), 0o755)
  })

  after(async () => iam?.stop())

  for (const {command, description, id} of examples) {
    // Elsewhere it would open a browser, and there is no `script` as Linux has it.
    if (command === 'nno login' && process.platform !== 'linux') continue
    it(`${command.replaceAll(/\s+/g, ' ')}: ${description}`, async () => {
      const token = await iam.newToken()
      const home = id === 'login' ? makeHome() : homeWith({...CREDENTIALS, iamUrl: iam.url, token})
      const env = {
        NNO_API_TOKEN: token,
        PATH: [path, process.env.PATH].join(delimiter),
        SESSION_ID: iam.sessions().at(-1)!.id,
      }
      if (command === 'nno login') {
        let decided: Promise<void> | undefined
        const shown = await terminal('nno login', {
          env: {...env, NO_COLOR: '1'},
          home,
          watch(text) {
            const [, code] = /Code: (\S+)/.exec(text) ?? []
            if (code) decided ??= iam.decide(code, 'approve')
          },
        })
        await decided
        expect(shown).to.include('✔ Authenticated as developer@acme.com')
        return
      }

      const here = command.replaceAll('https://iam.svc.nno.app', iam.url)
      // What the shells make of the scripts is tried in test/completion.
      const script = id === 'completion' ? here.replace(/^source <\((.*)\)$| \| source$/, '$1') : here
      const {exit, stderr, stdout} = await shell(script, {env, home, mayShowToken: true})
      // curl shows its progress there.
      const said = command.startsWith('curl') ? '' : stderr
      expect({exit, said}, stdout).to.deep.equal({exit: 0, said: ''})
      if (command.startsWith('curl')) expect(stdout).to.include(CREDENTIALS.email)
      if (command.startsWith('nno sessions revoke')) expect(stdout).to.match(/^✔ Session \S+ revoked$/m)
    })
  }
})
