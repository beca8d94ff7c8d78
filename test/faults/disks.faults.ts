import {expect} from 'chai'
import {
  chmodSync,
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statfsSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import {join} from 'node:path'

import {
  credentialPath,
  CREDENTIALS,
  filesWith,
  homeWith,
  makeHome,
  modeOf,
  OTHER_TOKEN,
  readFile,
  TOKEN,
} from '../support/home.js'
import {nno, shell} from '../support/nno.js'
import {count} from './figures.js'
import {requireRootAnd, run} from './tools.js'

const LOGIN = ['login', '--token', OTHER_TOKEN, '--offline']

/** Mounts something for one test, and unmounts it whatever happens. */
async function whileMounted(home: string, mount: () => void, work: () => Promise<void>): Promise<void> {
  mount()
  try {
    await work()
  } finally {
    run('umount', home)
  }
}

/** Takes all the space of the disk but so many pages of 4096 bytes. */
function fill(home: string, pagesLeft = 0): void {
  const fd = openSync(join(home, 'ballast'), 'a')
  const page = Buffer.alloc(4096)
  while (statfsSync(home).bavail > pagesLeft) writeSync(fd, page)
  closeSync(fd)
}

describe('a disk that is full', function () {
  this.timeout(60_000)

  before(() => requireRootAnd('mount', 'umount'))

  /** Runs a test in a home on a small disk of its own. */
  async function onSmallDisk(work: (home: string) => Promise<void>): Promise<void> {
    const home = makeHome()
    await whileMounted(
      home,
      () => run('mount', '-t', 'tmpfs', '-o', 'size=64k,mode=0700', 'nno-test', home),
      async () => work(home),
    )
  }

  it('fails a login with exit code 6 and the old file byte for byte, and lets a logout succeed', async () => {
    await onSmallDisk(async (home) => {
      await nno(['login', '--token', TOKEN, '--offline'], {home})
      const before = readFile(home)
      fill(home)
      const login = await nno(LOGIN, {home})
      count('faults injected')
      expect(login).to.deep.include({exit: 6, stdout: ''})
      expect(login.stderr).to.match(
        /ENOSPC: no space left on device, (open|write)\. It is unchanged\.\n {2}Free some disk space/,
      )
      expect(readFile(home)).to.equal(before)
      expect(filesWith(OTHER_TOKEN, home)).to.deep.equal([])
      expect(await nno(['logout'], {home})).to.include({exit: 0, stdout: '✔ Logged out successfully\n'})
      expect(readFile(home)).to.equal('{}')
      expect(filesWith(TOKEN, home)).to.deep.equal([])
    })
  })

  it('that takes half of a write never passes for saved', async () => {
    await onSmallDisk(async (home) => {
      await nno(['login', '--token', TOKEN, '--offline'], {home})
      const before = readFile(home)
      fill(home, 1)
      // Two pages are needed and one is left: the first write takes 4096 bytes, the second none.
      const {exit, stderr, stdout} = await nno(['login', '--token', 'x'.repeat(8000), '--offline'], {home})
      count('faults injected')
      expect({exit, stdout}).to.deep.equal({exit: 6, stdout: ''})
      expect(stderr).to.include('ENOSPC: no space left on device, write. It is unchanged.')
      expect(readFile(home)).to.equal(before)
    })
  })

  it('fails a first login, and leaves nobody logged in', async () => {
    await onSmallDisk(async (home) => {
      fill(home)
      const {exit, stdout} = await nno(LOGIN, {home})
      count('faults injected')
      expect({exit, stdout}).to.deep.equal({exit: 6, stdout: ''})
      expect(filesWith(OTHER_TOKEN, home)).to.deep.equal([])
      expect((await nno(['whoami'], {home})).exit).to.equal(3)
    })
  })
})

describe('a disk that is read-only', function () {
  this.timeout(60_000)

  before(() => requireRootAnd('mount', 'umount'))

  async function readOnly(home: string, work: () => Promise<void>): Promise<void> {
    const mount = () => {
      run('mount', '--bind', home, home)
      run('mount', '-o', 'remount,ro,bind', home)
    }

    await whileMounted(home, mount, work)
  }

  it('fails a login and a logout, and keeps the file', async () => {
    const home = homeWith(CREDENTIALS)
    await readOnly(home, async () => {
      for (const args of [LOGIN, ['logout']]) {
        const {exit, stderr, stdout} = await nno(args, {home})
        count('faults injected')
        expect({exit, stdout}).to.deep.equal({exit: 6, stdout: ''})
        expect(stderr).to.match(
          /EROFS: read-only file system, open\. It is unchanged\.\n {2}The disk is mounted read-only/,
        )
      }

      expect((await nno(['whoami', '--offline'], {home})).exit).to.equal(0)
      expect(JSON.parse(readFile(home))).to.deep.equal(CREDENTIALS)
    })
  })

  it('lets a logout say that nobody is logged in', async () => {
    for (const home of [homeWith('{}'), homeWith(''), makeHome()]) {
      await readOnly(home, async () => {
        expect(await nno(['logout'], {home})).to.include({exit: 0, stderr: '', stdout: 'ℹ Not currently logged in\n'})
      })
    }
  })
})

describe('an immutable file', function () {
  this.timeout(60_000)

  before(() => requireRootAnd('chattr'))

  it('fails a login and a logout, and keeps its content', async () => {
    const home = homeWith(CREDENTIALS)
    run('chattr', '+i', credentialPath(home))
    try {
      for (const args of [LOGIN, ['logout']]) {
        const {exit, stderr, stdout} = await nno(args, {home})
        count('faults injected')
        expect({exit, stdout}).to.deep.equal({exit: 6, stdout: ''})
        expect(stderr).to.match(/EPERM: operation not permitted, (open|rename)\. It is unchanged\./)
      }

      expect(JSON.parse(readFile(home))).to.deep.equal(CREDENTIALS)
      expect(filesWith(OTHER_TOKEN, home)).to.deep.equal([])
    } finally {
      run('chattr', '-i', credentialPath(home))
    }
  })
})

describe('access lists and masks', function () {
  this.timeout(60_000)

  before(() => requireRootAnd('setfacl', 'getfacl'))

  it('that are inherited open the file to nobody', async () => {
    const home = homeWith('{}')
    rmSync(credentialPath(home))
    run('setfacl', '-d', '-m', 'user:65534:rwx,group::rwx,other::rwx', join(home, '.nno'))
    expect((await nno(LOGIN, {home})).exit).to.equal(0)
    // With a mask of ---, the entries for other users allow nothing.
    expect(run('getfacl', '--omit-header', '--absolute-names', credentialPath(home))).to.match(/^mask::---$/m)
    expect(modeOf(credentialPath(home))).to.equal('600')
    const [reader, flags] = [['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'], ['-r']]
    chmodSync(home, 0o755)
    chmodSync(join(home, '.nno'), 0o755)
    const {exit} = await shell(`test ${flags[0]} "$HOME/.nno/credentials.json"`, {home, wrapper: reader})
    expect(exit).to.equal(1)
  })

  for (const umask of ['0000', '0777']) {
    it(`decide nothing when the umask is ${umask}`, async () => {
      const home = makeHome()
      const {exit} = await shell(`umask ${umask}; nno ${LOGIN.join(' ')}`, {home})
      expect(exit).to.equal(0)
      expect([modeOf(join(home, '.nno')), modeOf(credentialPath(home))]).to.deep.equal(['700', '600'])
      expect(JSON.parse(readFileSync(credentialPath(home), 'utf8'))).to.include({token: OTHER_TOKEN})
    })
  }
})

describe('what stands where the file or the folder should be', function () {
  this.timeout(60_000)

  before(() => requireRootAnd('mkfifo', 'mknod', 'timeout'))

  const things: Record<string, (path: string) => void> = {
    'a block device': (path) => run('mknod', path, 'b', '7', '200'),
    'a directory': (path) => mkdirSync(path),
    'a FIFO': (path) => run('mkfifo', path),
    'a file of 200 MB': (path) => run('truncate', '-s', '200M', path),
    'a link in a circle': (path) => run('ln', '-s', 'credentials.json', path),
    'a link to /dev/zero': (path) => run('ln', '-s', '/dev/zero', path),
    'an endless device': (path) => run('mknod', path, 'c', '1', '5'),
    'a socket': (path) => run('python3', '-c', `import socket; socket.socket(socket.AF_UNIX).bind("${path}")`),
  }
  for (const [what, make] of Object.entries(things)) {
    for (const args of [LOGIN, ['logout'], ['whoami', '--offline'], ['token']]) {
      // A login replaces a broken file, and one of 200 MB is a broken file.
      const exit = what === 'a file of 200 MB' && args === LOGIN ? 0 : 6
      it(`${what} ends nno ${args[0]} at once, with exit code ${exit}`, async () => {
        const home = makeHome()
        mkdirSync(join(home, '.nno'), {mode: 0o700})
        make(credentialPath(home))
        const outcome = await nno(args, {home, wrapper: ['timeout', '10']})
        count('faults injected')
        expect(outcome.exit).to.equal(exit)
        if (exit === 0) return
        expect(outcome.stdout).to.equal('')
        expect(outcome.stderr).to.match(/^✖ .*credentials\.json.*\.\n {2}\S.*\n$/)
      })
    }
  }

  it('a file in place of the folder stays as it is', async () => {
    const home = makeHome()
    writeFileSync(join(home, '.nno'), 'mine')
    for (const args of [LOGIN, ['logout'], ['whoami', '--offline'], ['token']]) {
      expect((await nno(args, {home})).exit).to.equal(6)
    }

    expect(readFileSync(join(home, '.nno'), 'utf8')).to.equal('mine')
  })
})
