import Completion from './commands/completion.js'
import Help from './commands/help.js'
import Login from './commands/login.js'
import Logout from './commands/logout.js'
import SessionsList from './commands/sessions/list.js'
import SessionsRevoke from './commands/sessions/revoke.js'
import Token from './commands/token.js'
import Whoami from './commands/whoami.js'

/**
 * Every command, under the id that oclif knows it by. Getters, since the bundle loads the file of a
 * command when its class is first asked for.
 */
export const COMMANDS = {
  get completion() {
    return Completion
  },
  get help() {
    return Help
  },
  get login() {
    return Login
  },
  get logout() {
    return Logout
  },
  get 'sessions:list'() {
    return SessionsList
  },
  get 'sessions:revoke'() {
    return SessionsRevoke
  },
  get token() {
    return Token
  },
  get whoami() {
    return Whoami
  },
}
