import {expect} from 'chai'
import {execFileSync} from 'node:child_process'
import {dirname, join} from 'node:path'
import {setTimeout as pause} from 'node:timers/promises'

import {makeHome} from '../support/home.js'
import {NNO} from '../support/nno.js'

/** A shell that a person sits at, in a terminal of tmux, without anybody's start-up files. */
class Shell {
  readonly #socket = join(makeHome(), 'tmux')

  constructor(command: string) {
    const home = makeHome()
    // A folder on the PATH where nno is the built one.
    execFileSync('ln', ['-s', NNO, join(home, 'nno')])
    const path = [home, dirname(process.execPath), process.env.PATH].join(':')
    const shell = `env -i HOME=${home} PATH=${path} TERM=$TERM LANG=C.UTF-8 PS1='> ' ${command}`
    this.#tmux('-f', '/dev/null', 'new-session', '-d', '-x', '120', '-y', '40', shell)
  }

  end(): void {
    this.#tmux('kill-server')
  }

  /** Types a text, or presses a key that tmux knows by its name. */
  press(...keys: string[]): void {
    this.#tmux('send-keys', ...keys)
  }

  screen(): string {
    return this.#tmux('capture-pane', '-p').trimEnd()
  }

  /** Waits until the screen shows something, and returns it; what it shows instead is told in the error. */
  async shows(pattern: RegExp): Promise<string> {
    for (const end = Date.now() + 20_000; Date.now() < end; await pause(50)) {
      if (pattern.test(this.screen())) return this.screen()
    }

    throw new Error(`${pattern} is not shown:\n${this.screen()}`)
  }

  #tmux(...args: string[]): string {
    return execFileSync('tmux', ['-S', this.#socket, ...args], {encoding: 'utf8'})
  }
}

const SHELLS = {
  bash: {command: 'bash --norc --noprofile', prepare: [], start: 'source <(nno completion bash)'},
  fish: {command: 'fish --no-config', prepare: [], start: 'nno completion fish | source'},
  zsh: {command: 'zsh -f', prepare: ['autoload -U compinit && compinit -u'], start: 'source <(nno completion zsh)'},
}

for (const [name, {command, prepare, start}] of Object.entries(SHELLS)) {
  describe(`completion in ${name}`, function () {
    this.timeout(60_000)
    let shell: Shell

    before(async () => {
      shell = new Shell(command)
      for (const line of [...prepare, start]) shell.press(line, 'Enter')
      shell.press('echo rea""dy', 'Enter')
      await shell.shows(/^ready/m)
    })

    after(() => shell.end())

    beforeEach(async () => {
      shell.press('C-c')
      shell.press('clear', 'Enter')
      await shell.shows(/^\S*> ?$|^[^\n]*[>%#$] ?$/)
    })

    const type = (line: string) => shell.press('-l', line)
    /** Presses Tab until there are choices: a shell may want it twice. */
    const choices = () => shell.press('Tab', 'Tab')

    it('shows all commands', async () => {
      type('nno ')
      choices()
      const screen = await shell.shows(/whoami/)
      for (const word of ['completion', 'help', 'login', 'logout', 'sessions', 'token']) expect(screen).to.include(word)
      expect(screen).not.to.match(/revoke/)
    })

    const completed: Array<[what: string, typed: string, shown: string]> = [
      ['a command', 'nno wh', 'nno whoami'],
      ['what follows a topic', 'nno sessions l', 'nno sessions list'],
      ['what help explains', 'nno help sessions r', 'nno help sessions revoke'],
      ['a flag', 'nno logout --rev', 'nno logout --revoke'],
      [
        'the value of a flag, with the colon of a URL',
        'nno whoami --iam-url https://iam-',
        'nno whoami --iam-url https://iam-stg.svc.nno.app',
      ],
      [
        'the value of a flag behind an equals sign',
        'nno login --iam-url=https://iam-',
        'nno login --iam-url=https://iam-stg.svc.nno.app',
      ],
      ['an argument', 'nno completion z', 'nno completion zsh'],
    ]
    for (const [what, typed, shown] of completed) {
      it(`completes ${what}`, async () => {
        type(typed)
        shell.press('Tab')
        await shell.shows(new RegExp(shown.replaceAll('.', String.raw`\.`)))
      })
    }

    it('shows the flags of a command, and no others', async () => {
      type('nno sessions revoke --')
      choices()
      const screen = await shell.shows(/--others/)
      expect(screen).to.include('--all').and.to.include('--json').and.not.to.include('--token')
    })

    it('offers no files', async () => {
      type('nno logout ')
      choices()
      type('end')
      const screen = await shell.shows(/end/)
      expect(screen).not.to.match(/\bnno\s+nno\b|\.nno/)
    })
  })
}
