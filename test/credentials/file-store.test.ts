import {expect} from 'chai'
import fs, {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import {syncBuiltinESMExports} from 'node:module'
import {join} from 'node:path'

import {createFile, DiskFault} from '../../src/credentials/disk.js'
import {FileCredentialStore} from '../../src/credentials/file-store.js'
import {
  credentialPath,
  CREDENTIALS,
  filesWith,
  homeWith,
  makeHome,
  modeOf,
  namesIn,
  OTHER_TOKEN,
  readFile,
  TOKEN,
} from '../support/home.js'
import {itKeepsThePromisesOfAStore} from './store.contract.js'

const isWindows = process.platform === 'win32'
const storeIn = (home: string) => new FileCredentialStore(() => home)

/** The error that an action ends with. */
async function failureOf(action: Promise<unknown>): Promise<Error & {exitCode: number; suggestions: string[]}> {
  try {
    await action
  } catch (error) {
    return error as Error & {exitCode: number; suggestions: string[]}
  }

  throw new Error('it did not fail')
}

describe('FileCredentialStore', () => {
  itKeepsThePromisesOfAStore(
    () => storeIn(makeHome()),
    () => storeIn(homeWith('{"token":')),
  )

  describe('what a login leaves', () => {
    it('is one file, for its owner alone', async () => {
      const home = makeHome()
      await storeIn(home).writeCredentials(CREDENTIALS)
      expect(namesIn(home)).to.deep.equal(['.nno'])
      expect(namesIn(join(home, '.nno'))).to.deep.equal(['credentials.json'])
      expect(JSON.parse(readFile(home))).to.deep.equal(CREDENTIALS)
      if (isWindows) return
      expect(modeOf(credentialPath(home))).to.equal('600')
      expect(modeOf(join(home, '.nno'))).to.equal('700')
    })

    it('does not hold the old token, not even in a hard link of the old file', async () => {
      const home = homeWith(CREDENTIALS)
      linkSync(credentialPath(home), join(home, 'hard-link'))
      await storeIn(home).writeCredentials({...CREDENTIALS, token: OTHER_TOKEN})
      expect(filesWith(OTHER_TOKEN, home)).to.deep.equal([credentialPath(home)])
      if (!isWindows) expect(filesWith(TOKEN, home)).to.deep.equal([])
    })

    it('replaces an empty, a blank and a broken file', async () => {
      for (const content of ['', ' \n', '{}', '{"tok', 'x'.repeat(100_000)]) {
        const home = homeWith(content)
        await storeIn(home).writeCredentials(CREDENTIALS)
        expect(JSON.parse(readFile(home))).to.deep.equal(CREDENTIALS)
      }
    })

    it('sweeps the temporary files of logins that are dead or too slow, and no others', async () => {
      const home = homeWith('{}')
      const temp = (pid: number) => join(home, '.nno', `.credentials.json.${pid}.abc.tmp`)
      const dead = 2 ** 22 + 1
      for (const pid of [dead, process.pid, process.ppid]) writeFileSync(temp(pid), TOKEN)
      utimesSync(temp(process.ppid), 0, 0)
      await storeIn(home).writeCredentials({...CREDENTIALS, token: OTHER_TOKEN})
      expect(namesIn(join(home, '.nno'))).to.deep.equal([
        `.credentials.json.${process.pid}.abc.tmp`,
        'credentials.json',
      ])
    })
  })

  describe('what a logout leaves', () => {
    for (const [what, content] of Object.entries({
      'a broken file': '{"token":',
      'a full file': CREDENTIALS,
      'a half cleared file': `{}"${TOKEN}"`,
      'a large file': 'x'.repeat(1024 * 1024),
      'an array': '[]',
      'a one-byte file': 'x',
    })) {
      it(`is the empty payload, after ${what}`, async () => {
        const home = homeWith(content)
        expect(await storeIn(home).clearCredentials())
          .to.have.property('previous')
          .that.is.an('object')
        expect(readFile(home)).to.equal('{}')
        if (!isWindows) expect(modeOf(credentialPath(home))).to.equal('600')
      })
    }

    it('is no token in a hard link, nor in a temporary file of any login', async () => {
      const home = homeWith(CREDENTIALS)
      linkSync(credentialPath(home), join(home, 'hard-link'))
      writeFileSync(join(home, '.nno', `.credentials.json.${process.pid}.abc.tmp`), TOKEN)
      linkSync(join(home, '.nno', `.credentials.json.${process.pid}.abc.tmp`), join(home, 'hard-link-of-temp'))
      await storeIn(home).clearCredentials()
      expect(filesWith(TOKEN, home)).to.deep.equal([])
      expect(namesIn(join(home, '.nno'))).to.deep.equal(['credentials.json'])
    })

    it('is no token in a temporary file when there is no credential file', async () => {
      const home = makeHome()
      mkdirSync(join(home, '.nno'))
      writeFileSync(join(home, '.nno', '.credentials.json.1.abc.tmp'), TOKEN)
      expect(await storeIn(home).clearCredentials()).to.deep.equal({previous: undefined, warnings: []})
      expect(namesIn(join(home, '.nno'))).to.deep.equal([])
    })

    it('is everything else in the folder', async () => {
      const home = homeWith(CREDENTIALS)
      for (const name of ['notes.txt', '.credentials.json.tmp', '.credentials.json.1.abc.tmp.old']) {
        writeFileSync(join(home, '.nno', name), 'mine')
      }

      mkdirSync(join(home, '.nno', '.credentials.json.1.abc.tmp'))
      await storeIn(home).clearCredentials()
      expect(namesIn(join(home, '.nno'))).to.deep.equal([
        '.credentials.json.1.abc.tmp',
        '.credentials.json.1.abc.tmp.old',
        '.credentials.json.tmp',
        'credentials.json',
        'notes.txt',
      ])
    })

    it('is nothing at all where there was nothing', async () => {
      const home = makeHome()
      await storeIn(home).clearCredentials()
      expect(namesIn(home)).to.deep.equal([])
    })

    for (const content of ['', ' \n', '{}', '{}\n']) {
      it(`is an untouched file where it held ${JSON.stringify(content)}`, async () => {
        const home = homeWith(content)
        const before = lstatSync(credentialPath(home), {bigint: true})
        await storeIn(home).clearCredentials()
        const after = lstatSync(credentialPath(home), {bigint: true})
        expect([after.ctimeNs, after.mtimeNs, after.ino]).to.deep.equal([before.ctimeNs, before.mtimeNs, before.ino])
        expect(readFile(home)).to.equal(content)
      })
    }
  })

  it('writes the whole file, though each write takes a few bytes at most', async () => {
    const home = makeHome()
    const whole = fs.writeSync
    const short = ((fd: number, bytes: Buffer, ...[offset, length, position]: [number, number, number]) =>
      whole(fd, bytes, offset, Math.min(length, 7), position)) as typeof fs.writeSync
    const store = storeIn(home)
    fs.writeSync = short
    syncBuiltinESMExports()
    try {
      await store.writeCredentials(CREDENTIALS)
      expect(JSON.parse(readFile(home))).to.deep.equal(CREDENTIALS)
      linkSync(credentialPath(home), join(home, 'link'))
      await store.clearCredentials()
    } finally {
      fs.writeSync = whole
      syncBuiltinESMExports()
    }

    expect(readFileSync(join(home, 'link'), 'utf8')).to.equal('{}')
  })

  it('never writes into a file that somebody put in the place of the temporary one', () => {
    const home = makeHome()
    writeFileSync(join(home, 'planted'), 'mine')
    expect(() => createFile(join(home, 'planted'))).to.throw(DiskFault, /^EEXIST/)
    expect(readFileSync(join(home, 'planted'), 'utf8')).to.equal('mine')
  })

  it('looks again when the file seems broken: a logout may be half way', async () => {
    const home = homeWith(' '.repeat(40) + '"')
    setTimeout(() => writeFileSync(credentialPath(home), '{}'), 3)
    expect(await storeIn(home).readCredentials()).to.deep.equal({state: 'empty'})
  })

  it('finds the new login when the old file is blanked while it is being read', async () => {
    const home = homeWith(CREDENTIALS)
    const read = fs.readSync
    fs.readSync = ((fd: number, bytes: Buffer, ...rest: [number, number, number]) => {
      fs.readSync = read
      syncBuiltinESMExports()
      // What a login does in between: another file takes the path, and the old one is blanked.
      writeFileSync(join(home, 'new'), JSON.stringify({...CREDENTIALS, token: OTHER_TOKEN}))
      renameSync(credentialPath(home), join(home, 'old'))
      renameSync(join(home, 'new'), credentialPath(home))
      writeFileSync(join(home, 'old'), '{}')
      return read(fd, bytes, ...rest)
    }) as typeof fs.readSync
    syncBuiltinESMExports()
    expect(await storeIn(home).readCredentials()).to.have.nested.property('credentials.token', OTHER_TOKEN)
  })

  it('does not say that a login is saved when it reads back differently', async () => {
    const home = homeWith(CREDENTIALS)
    const rename = fs.renameSync
    fs.renameSync = (from, to) => {
      rename(from, to)
      truncateSync(to, 20)
    }

    syncBuiltinESMExports()
    try {
      const error = await failureOf(storeIn(home).writeCredentials(CREDENTIALS))
      expect(error).to.include({exitCode: 6})
      expect(error.message).to.match(
        /it reads back differently, read\. It is saved, but the disk did not confirm it\.$/,
      )
    } finally {
      fs.renameSync = rename
      syncBuiltinESMExports()
    }
  })

  it('overwrites the whole length before it cuts the file, so that its blocks lose the token', async () => {
    const home = homeWith(CREDENTIALS)
    const truncate = fs.ftruncateSync
    let beforeTheCut = ''
    fs.ftruncateSync = (fd, length) => {
      beforeTheCut ||= readFile(home)
      truncate(fd, length)
    }

    syncBuiltinESMExports()
    try {
      await storeIn(home).clearCredentials()
    } finally {
      fs.ftruncateSync = truncate
      syncBuiltinESMExports()
    }

    expect(beforeTheCut).to.equal('{}'.padEnd(JSON.stringify(CREDENTIALS).length))
  })

  it('logs out on a full disk that refuses to overwrite', async () => {
    const home = homeWith(CREDENTIALS)
    const write = fs.writeSync
    fs.writeSync = ((fd: number, bytes: Buffer, ...rest: [number, number, number]) => {
      if (bytes.length > 2) throw Object.assign(new Error('ENOSPC: no space left on device, write'), {code: 'ENOSPC'})
      return write(fd, bytes, ...rest)
    }) as typeof fs.writeSync
    syncBuiltinESMExports()
    try {
      expect(await storeIn(home).clearCredentials())
        .to.have.property('previous')
        .that.is.an('object')
    } finally {
      fs.writeSync = write
      syncBuiltinESMExports()
    }

    expect(readFile(home)).to.equal('{}')
  })

  it('looks again after a clear: a login may have come in between', async () => {
    const home = homeWith(CREDENTIALS)
    const truncate = fs.ftruncateSync
    let logins = 0
    fs.ftruncateSync = (fd, length) => {
      truncate(fd, length)
      if (logins++ > 0) return
      rmSync(credentialPath(home))
      writeFileSync(credentialPath(home), JSON.stringify({...CREDENTIALS, token: OTHER_TOKEN}))
    }

    syncBuiltinESMExports()
    try {
      expect(await storeIn(home).clearCredentials()).to.have.nested.property('previous.credentials.token', TOKEN)
    } finally {
      fs.ftruncateSync = truncate
      syncBuiltinESMExports()
    }

    expect(filesWith(OTHER_TOKEN, home)).to.deep.equal([])
  })

  it('refuses what is too large to be a credential file, without reading it whole', async () => {
    const home = homeWith('x')
    truncateSync(credentialPath(home), 200 * 1024 * 1024)
    const error = await failureOf(storeIn(home).clearCredentials())
    expect(error).to.include({exitCode: 6})
    expect(error.message).to.equal(
      `${credentialPath(home)} has 209715200 bytes: that is no credential file. It is unchanged.`,
    )
    expect(await storeIn(home).readCredentials()).to.deep.include({state: 'broken'})
  })

  it('refuses a directory at the path', async () => {
    const home = makeHome()
    mkdirSync(credentialPath(home), {recursive: true})
    const store = storeIn(home)
    for (const action of [store.readCredentials(), store.clearCredentials(), store.writeCredentials(CREDENTIALS)]) {
      const error = await failureOf(action)
      expect(error).to.include({exitCode: 6})
      expect(error.message).to.equal(`${credentialPath(home)} is a directory, not a file. Nothing was changed.`)
      expect(error.suggestions).to.deep.equal(['Look at it, move it away, and run the command again.'])
    }
  })

  it('refuses a file where the folder should be', async () => {
    const home = makeHome()
    writeFileSync(join(home, '.nno'), 'mine')
    const store = storeIn(home)
    for (const action of [store.clearCredentials(), store.writeCredentials(CREDENTIALS)]) {
      const error = await failureOf(action)
      expect(error).to.include({exitCode: 6})
    }

    expect(readFileSync(join(home, '.nno'), 'utf8')).to.equal('mine')
  })

  for (const [home, message] of [
    ['', 'There is no home folder: HOME is empty'],
    ['relative/home', 'HOME is not an absolute path.'],
  ] as const) {
    it(`refuses the home ${JSON.stringify(home)}`, async () => {
      const error = await failureOf(storeIn(home).readCredentials())
      expect(error).to.include({exitCode: 6})
      expect(error.message).to.include(message)
    })
  }

  it('refuses a home that does not exist, and does not create it', async () => {
    const home = join(makeHome(), 'missing')
    const store = storeIn(home)
    for (const action of [store.readCredentials(), store.clearCredentials(), store.writeCredentials(CREDENTIALS)]) {
      const error = await failureOf(action)
      expect(error).to.include({exitCode: 6})
    }

    expect(existsSync(home)).to.equal(false)
  })

  if (isWindows) return

  describe('modes', () => {
    it('repairs the file and the folder on login, and says so', async () => {
      const home = homeWith(CREDENTIALS)
      chmodSync(credentialPath(home), 0o644)
      chmodSync(join(home, '.nno'), 0o777)
      expect(await storeIn(home).writeCredentials(CREDENTIALS)).to.deep.equal([
        `${join(home, '.nno')} had mode 0777; it has 0700 now, for you alone.`,
        `${credentialPath(home)} was open to other users; it is for you alone now.`,
      ])
      expect([modeOf(join(home, '.nno')), modeOf(credentialPath(home))]).to.deep.equal(['700', '600'])
    })

    it('repairs the file and the folder on logout, and says so', async () => {
      const home = homeWith(CREDENTIALS)
      chmodSync(credentialPath(home), 0o666)
      chmodSync(join(home, '.nno'), 0o755)
      expect((await storeIn(home).clearCredentials()).warnings).to.deep.equal([
        `${credentialPath(home)} had mode 0666; it has 0600 now, for you alone.`,
        `${join(home, '.nno')} had mode 0755; it has 0700 now, for you alone.`,
      ])
      expect([modeOf(join(home, '.nno')), modeOf(credentialPath(home))]).to.deep.equal(['700', '600'])
    })

    it('warns a reader when others can read the file, and changes nothing', async () => {
      const home = homeWith(CREDENTIALS)
      chmodSync(credentialPath(home), 0o640)
      const reading = await storeIn(home).readCredentials()
      expect(reading)
        .to.have.property('warnings')
        .that.deep.equals([
          `${credentialPath(home)} is open to other users (mode 0640). Close it: \`chmod 600 ${credentialPath(home)}\`.`,
        ])
      expect(modeOf(credentialPath(home))).to.equal('640')
    })

    it('stay as they were when a login fails', async () => {
      const home = homeWith('')
      rmSync(credentialPath(home))
      chmodSync(join(home, '.nno'), 0o755)
      writeFileSync(join(home, 'victim'), 'mine')
      symlinkSync('../victim', credentialPath(home))
      expect(await failureOf(storeIn(home).writeCredentials(CREDENTIALS))).to.include({exitCode: 6})
      expect(modeOf(join(home, '.nno'))).to.equal('755')
      expect(namesIn(join(home, '.nno'))).to.deep.equal(['credentials.json'])
    })

    it('of a folder that the user has linked to another place stay as they are', async () => {
      const home = makeHome()
      mkdirSync(join(home, 'dotfiles'), {mode: 0o755})
      symlinkSync('dotfiles', join(home, '.nno'))
      const store = storeIn(home)
      await store.writeCredentials(CREDENTIALS)
      await store.clearCredentials()
      expect(modeOf(join(home, 'dotfiles'))).to.equal('755')
      expect(readFileSync(join(home, 'dotfiles', 'credentials.json'), 'utf8')).to.equal('{}')
    })

    for (const umask of [0o000, 0o777]) {
      it(`does not depend on a umask of ${umask.toString(8)}`, async () => {
        const home = makeHome()
        const before = process.umask(umask)
        try {
          await storeIn(home).writeCredentials(CREDENTIALS)
        } finally {
          process.umask(before)
        }

        expect([modeOf(join(home, '.nno')), modeOf(credentialPath(home))]).to.deep.equal(['700', '600'])
      })
    }
  })

  describe('links', () => {
    /** A home whose credential file is a link to this place below the home. */
    function linkedHome(target: string): {home: string; target: string} {
      const home = makeHome()
      mkdirSync(join(home, '.nno'))
      mkdirSync(join(home, 'dotfiles'))
      symlinkSync(target, credentialPath(home))
      return {home, target: join(home, 'dotfiles', 'c.json')}
    }

    for (const [what, link] of Object.entries({chained: '../first', relative: '../dotfiles/c.json'})) {
      it(`keeps a ${what} link, and replaces and clears its target`, async () => {
        const {home, target} = linkedHome(link)
        symlinkSync('dotfiles/c.json', join(home, 'first'))
        writeFileSync(target, JSON.stringify(CREDENTIALS))
        const store = storeIn(home)
        await store.writeCredentials({...CREDENTIALS, token: OTHER_TOKEN})
        expect(JSON.parse(readFileSync(target, 'utf8'))).to.include({token: OTHER_TOKEN})
        expect(namesIn(join(home, 'dotfiles'))).to.deep.equal(['c.json'])
        await store.clearCredentials()
        expect(readFileSync(target, 'utf8')).to.equal('{}')
        expect(readlinkSync(credentialPath(home))).to.equal(link)
      })
    }

    it('takes a dangling link for logged out, and creates its target on login', async () => {
      const {home, target} = linkedHome('../dotfiles/c.json')
      const store = storeIn(home)
      expect(await store.readCredentials()).to.deep.equal({state: 'empty'})
      expect(await store.clearCredentials()).to.deep.equal({previous: undefined, warnings: []})
      expect(existsSync(target)).to.equal(false)
      await store.writeCredentials(CREDENTIALS)
      expect(JSON.parse(readFileSync(target, 'utf8'))).to.deep.equal(CREDENTIALS)
      expect(readlinkSync(credentialPath(home))).to.equal('../dotfiles/c.json')
    })

    it('refuses to log in over a link to a file that is no credential file', async () => {
      const {home, target} = linkedHome('../dotfiles/c.json')
      writeFileSync(target, 'my thesis')
      const error = await failureOf(storeIn(home).writeCredentials(CREDENTIALS))
      expect(error).to.include({exitCode: 6})
      expect(error.message).to.include(`is a link to ${target}, which is not a credential file`)
      expect(readFileSync(target, 'utf8')).to.equal('my thesis')
    })

    it('refuses a link that leads in a circle', async () => {
      const {home} = linkedHome('credentials.json')
      const store = storeIn(home)
      for (const action of [store.readCredentials(), store.clearCredentials(), store.writeCredentials(CREDENTIALS)]) {
        const error = await failureOf(action)
        expect(error).to.include({exitCode: 6})
        expect(error.message).to.include('ELOOP')
      }
    })

    it('removes a link that is named like a temporary file, and not what it leads to', async () => {
      const home = homeWith(CREDENTIALS)
      writeFileSync(join(home, 'victim'), 'mine')
      symlinkSync('../victim', join(home, '.nno', '.credentials.json.1.abc.tmp'))
      await storeIn(home).clearCredentials()
      expect(readFileSync(join(home, 'victim'), 'utf8')).to.equal('mine')
      expect(namesIn(join(home, '.nno'))).to.deep.equal(['credentials.json'])
    })

    it('erases temporary files beside the target of a link', async () => {
      const {home, target} = linkedHome('../dotfiles/c.json')
      writeFileSync(target, JSON.stringify(CREDENTIALS))
      writeFileSync(join(home, 'dotfiles', '.credentials.json.1.abc.tmp'), TOKEN)
      await storeIn(home).clearCredentials()
      expect(filesWith(TOKEN, home)).to.deep.equal([])
      rmSync(target)
    })
  })
})
