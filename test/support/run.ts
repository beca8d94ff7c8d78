import type {Command} from '@oclif/core'

import {Config} from '@oclif/core/config'
import {captureOutput, runCommand} from '@oclif/test'
import {readFileSync} from 'node:fs'
import {join} from 'node:path'

import type {Services} from '../../src/services.js'

import {FakeIam} from './fake-iam.js'
import {MemoryCredentialStore} from './memory-store.js'
import {ROOT} from './nno.js'

/** 2026-03-04T05:06:07.008Z, which is what the clock shows in tests with fakes. */
export const NOW = Date.UTC(2026, 2, 4, 5, 6, 7, 8)

export function fakeServices(parts: Partial<Services> = {}): Services {
  return {
    async awaitApproval() {
      throw new Error('nobody approves')
    },
    completionScript: async (shell) => `# ${shell}`,
    connect: async (address) => new FakeIam(undefined, undefined, 'named' in address ? address.named : address.stored),
    credentials: new MemoryCredentialStore(),
    hasInputTerminal: () => false,
    hasTerminal: () => true,
    listenForInterrupt: async () => ({signal: new AbortController().signal, stop() {}}),
    now: () => NOW,
    async openBrowser() {},
    readStandardInput: async () => '',
    ...parts,
  }
}

type CommandClass = new (argv: string[], config: Config, services: Services) => Command

/**
 * Runs a command of src/ with fakes, the way oclif does, and captures what it prints.
 * `hooks` are files to use in place of nno's own.
 */
export async function runWith(
  CommandUnderTest: CommandClass,
  argv: string[],
  services: Services,
  hooks: Record<string, string> = {},
) {
  const pjson = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  Object.assign(pjson.oclif.hooks, hooks)
  const config = await Config.load({devPlugins: false, pjson, root: ROOT, userPlugins: false})
  Object.assign(CommandUnderTest, {id: CommandUnderTest.name.toLowerCase()})
  // What the static `run` of oclif calls on the command that it has built.
  const command = new CommandUnderTest(argv, config, services) as unknown as {_run(): Promise<unknown>}
  return captureOutput(async () => command._run(), {testNodeEnv: 'production'})
}

/** Runs the built nno in this process with this home. Not to be called twice at the same time. */
export async function runBuilt(commandLine: string, home: string) {
  const {HOME} = process.env
  process.env.HOME = home
  try {
    return await runCommand(
      commandLine,
      {devPlugins: false, root: ROOT, userPlugins: false},
      {testNodeEnv: 'production'},
    )
  } finally {
    process.env.HOME = HOME
  }
}
