import {expect} from 'chai'

import {explainParseError, unknownCommand} from '../src/usage.js'
import {TOKEN} from './support/home.js'

const COMMANDS = ['help', 'login', 'logout', 'sessions:list', 'token', 'whoami']

describe('unknownCommand', () => {
  const said = (id: string) => {
    const {message, suggestions} = unknownCommand(id, COMMANDS)
    return [message, ...suggestions].join(' ')
  }

  it('suggests the nearest command', () => {
    expect(said('logut')).to.equal(
      'Unknown command "logut". Did you mean `nno logout`? See `nno help` for all commands.',
    )
    expect(said('whomai')).to.include('Did you mean `nno whoami`?')
    expect(said('sessions:lst')).to.include('Did you mean `nno sessions list`?')
  })

  it('shows nothing of what is near no command', () => {
    expect(said(TOKEN)).to.equal('Unknown command. See `nno help` for all commands.')
    expect(said(`-${TOKEN}`)).to.equal('Unknown flag. See `nno help`.')
  })

  it('says that a command takes no arguments', () => {
    expect(said('logout:extra')).to.equal('`nno logout` takes no arguments. See `nno help logout`.')
    expect(said(`login:${TOKEN}`)).to.equal(
      '`nno login` takes no arguments. A token is given with a flag: `nno login --token -` reads it from standard input. See `nno help login`.',
    )
  })
})

describe('explainParseError', () => {
  const said = (error: object) => {
    const explained = explainParseError(Object.assign(new Error('raw'), error), 'login', ['offline', 'token', 'json'])
    return [explained.message, ...('suggestions' in explained ? (explained.suggestions as string[]) : [])].join(' ')
  }

  it('suggests the nearest flag, without its value', () => {
    expect(said({flags: [`--tokne=${TOKEN}`]})).to.equal(
      'Unknown flag --tokne. Did you mean `--token`? See `nno help login`.',
    )
  })

  it('shows nothing of what is near no flag', () => {
    expect(said({flags: [`--${TOKEN}`]})).to.equal('Unknown flag. See `nno help login`.')
    expect(said({flags: ['-x']})).to.equal('Unknown flag. See `nno help login`.')
  })

  it('shows nothing of a message that it does not know', () => {
    expect(said({message: `--token=${TOKEN} cannot also be provided`, oclif: {exit: 2}})).to.equal(
      'The command line could not be read. See `nno help login`.',
    )
  })

  it('leaves an error alone that is not about the command line', () => {
    const error = new TypeError('x is not a function')
    expect(explainParseError(error, 'login', [])).to.equal(error)
  })
})
