import {expect} from 'chai'
import {type ChildProcess, spawn} from 'node:child_process'
import {once} from 'node:events'
import {mkdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {build} from 'rolldown'

import {FileCredentialStore} from '../../src/credentials/file-store.js'
import {parse} from '../../src/credentials/schema.js'
import {credentialPath, filesWith, makeHome, OTHER_TOKEN, TOKEN} from '../support/home.js'
import {nno, ROOT} from '../support/nno.js'
import {breach, count} from './figures.js'
import {forEachOf, requireRootAnd} from './tools.js'

const KILLS = 320
const DRIVER = join(ROOT, 'node_modules', '.cache', 'nno-driver.mjs')

const drivers = new Set<ChildProcess>()

async function startDriver(mode: 'read' | 'work', home: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [DRIVER, mode, home], {stdio: ['ignore', 'pipe', 'inherit']})
  drivers.add(child)
  child.on('exit', () => drivers.delete(child))
  await once(child.stdout!, 'data')
  return child
}

/** Stops a reading driver, and fails if it ever saw a file that is neither old nor new nor logged out. */
async function finishReader(reader: ChildProcess): Promise<void> {
  const answer = once(reader.stdout!, 'data')
  reader.kill('SIGTERM')
  const seen = JSON.parse(String(await answer)) as Record<string, number>
  count('reads', seen.broken! + seen.empty! + seen.found! + seen.missing!)
  if (seen.broken! > 0) breach(`a reader saw a torn file ${seen.broken} times`)
  expect(seen.found).to.be.greaterThan(0)
  expect(seen.empty).to.be.greaterThan(0)
}

function requireWhole(home: string): void {
  const {state} = parse(readFileSync(credentialPath(home)))
  if (state === 'broken') breach('the file is torn')
}

describe('processes at the same file', function () {
  this.timeout(200_000)

  before(async () => {
    requireRootAnd()
    mkdirSync(join(ROOT, 'node_modules', '.cache'), {recursive: true})
    await build({
      input: join(ROOT, 'test', 'faults', 'driver.ts'),
      output: {codeSplitting: false, file: DRIVER, format: 'esm'},
      platform: 'node',
    })
  })

  afterEach(() => {
    for (const driver of drivers) driver.kill('SIGKILL')
  })

  it('killed at any moment, leave the old, the new or no login, and the next logout leaves no token', async () => {
    const home = makeHome()
    const store = new FileCredentialStore(() => home)
    await store.writeCredentials({
      ...JSON.parse('{}'),
      email: 'x',
      expiresAt: new Date().toISOString(),
      iamUrl: 'x',
      token: TOKEN,
    })
    const reader = await startDriver('read', home)
    for (let kill = 0; kill < KILLS; kill++) {
      const worker = await startDriver('work', home)
      await new Promise((resolve) => {
        setTimeout(resolve, Math.random() * 20)
      })
      worker.kill('SIGKILL')
      await once(worker, 'exit')
      count('kills')
      requireWhole(home)
      if (kill % 10 !== 9) continue
      await store.clearCredentials()
      const left = [...filesWith(TOKEN, home), ...filesWith(OTHER_TOKEN, home)]
      if (left.length > 0) breach(`a logout left a token in ${left}`)
    }

    await finishReader(reader)
  })

  it('race, and every one of them ends well', async () => {
    const home = makeHome()
    await nno(['login', '--token', TOKEN, '--offline'], {home})
    const reader = await startDriver('read', home)
    const commands = Array.from({length: 50}, () => [
      ['login', '--token', TOKEN, '--offline'],
      ['whoami', '--offline'],
      ['logout'],
      ['login', '--token', OTHER_TOKEN, '--offline'],
      ['whoami', '--offline'],
    ]).flat()
    await forEachOf(commands, 6, async (args) => {
      const {exit, stderr} = await nno(args, {home})
      count('processes raced')
      const allowed = args[0] === 'whoami' ? [0, 3] : [0]
      if (!allowed.includes(exit!)) breach(`nno ${args[0]} exited with ${exit}:\n${stderr}`)
    })
    await finishReader(reader)
    requireWhole(home)
    expect((await nno(['logout'], {home})).exit).to.equal(0)
    expect([...filesWith(TOKEN, home), ...filesWith(OTHER_TOKEN, home)]).to.deep.equal([])
  })

  it('race without a pause, and none is torn', async () => {
    const home = makeHome()
    const reader = await startDriver('read', home)
    const workers = await Promise.all([startDriver('work', home), startDriver('work', home)])
    await new Promise((resolve) => {
      setTimeout(resolve, 5000)
    })
    for (const worker of workers) {
      if (worker.exitCode !== null) breach('a process gave up')
      worker.kill('SIGKILL')
    }

    await finishReader(reader)
    requireWhole(home)
  })
})
