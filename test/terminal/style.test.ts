import {expect} from 'chai'

import {statusLine} from '../../src/terminal/style.js'

const TERMINAL = {isTTY: true}
const PIPE = {isTTY: false}
const COLOURED = '\u001B[32m✔\u001B[39m done\n'
const PLAIN = '✔ done\n'

describe('statusLine', () => {
  const names = ['FORCE_COLOR', 'NO_COLOR', 'TERM'] as const
  const before = Object.fromEntries(names.map((name) => [name, process.env[name]]))
  const setEnvironment = (values: Partial<Record<string, string>>) => {
    for (const name of names) {
      if (values[name] === undefined) delete process.env[name]
      else process.env[name] = values[name]
    }
  }

  afterEach(() => setEnvironment(before))

  const cases: Array<[env: Record<string, string>, stream: {isTTY: boolean}, line: string]> = [
    [{TERM: 'xterm'}, TERMINAL, COLOURED],
    [{TERM: 'xterm'}, PIPE, PLAIN],
    [{TERM: 'dumb'}, TERMINAL, PLAIN],
    [{NO_COLOR: '1', TERM: 'xterm'}, TERMINAL, PLAIN],
    [{NO_COLOR: '', TERM: 'xterm'}, TERMINAL, COLOURED],
    [{FORCE_COLOR: '1'}, PIPE, COLOURED],
    [{FORCE_COLOR: '0', TERM: 'xterm'}, TERMINAL, PLAIN],
    [{FORCE_COLOR: '1', NO_COLOR: '1'}, PIPE, PLAIN],
  ]
  for (const [env, stream, line] of cases) {
    it(`writes ${JSON.stringify(line)} to a ${stream.isTTY ? 'terminal' : 'pipe'} with ${JSON.stringify(env)}`, () => {
      setEnvironment(env)
      expect(statusLine('success', 'done', stream)).to.equal(line)
    })
  }

  it('has a symbol for each kind', () => {
    setEnvironment({})
    const lines = (['success', 'info', 'warning', 'error'] as const).map((kind) => statusLine(kind, 'x', PIPE))
    expect(lines.join('')).to.equal('✔ x\nℹ x\n⚠ x\n✖ x\n')
  })

  if (process.platform !== 'win32') {
    it('has other symbols for a terminal that cannot show them', () => {
      setEnvironment({NO_COLOR: '1', TERM: 'linux'})
      const lines = (['success', 'info', 'warning', 'error'] as const).map((kind) => statusLine(kind, 'x', TERMINAL))
      expect(lines.join('')).to.equal('√ x\ni x\n‼ x\n× x\n')
      expect(statusLine('success', 'x', PIPE)).to.equal('✔ x\n')
    })
  }

  it('stays one line, whatever the text', () => {
    setEnvironment({})
    expect(statusLine('info', 'a\n✔ Logged out successfully\r\u001B[2K', PIPE)).to.equal(
      'ℹ a✔ Logged out successfully\n',
    )
  })
})
