import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {parse} from 'yaml'

import {makeHome} from './home.js'
import {type Outcome, shell} from './nno.js'

/** What a step of a pipeline did. */
export type Done = Outcome & {name: string}

/** The machine that a job runs on. */
export type Runner = {env: Record<string, string>; home: string; mayShowToken?: boolean}

type GitHubStep = {
  env?: Record<string, string>
  if?: string
  name?: string
  run?: string
  uses?: string
}
type GitHubWorkflow = {jobs: Record<string, {steps: GitHubStep[]}>}
type GitLabJob = {after_script?: string[]; before_script?: string[]; script: string[]}
type GitLabPipeline = Record<string, GitLabJob> & {default: Omit<GitLabJob, 'script'>; stages: string[]}

/** What a test does not run, and why. */
const NOT_RUN: Record<string, string> = {
  'actions/checkout@v4': 'it is an action of GitHub, and no guide needs the files',
  'actions/setup-node@v4': 'it is an action of GitHub, and the tests have a Node',
  'npm install --global @neutrino-io/cli': 'it would install another nno than the one under test',
}

const isRun = (command: string) => !(command.trim() in NOT_RUN)

/** The steps of the only job of a workflow, as written. */
export function gitHubSteps(yaml: string): GitHubStep[] {
  const jobs = Object.values((parse(yaml) as GitHubWorkflow).jobs)
  if (jobs.length !== 1) throw new Error('the guides have workflows of one job')
  return jobs[0]!.steps
}

/**
 * Runs the steps of a workflow as GitHub does: each with `bash -e`, with its own environment, and after
 * a failure only those that are to run always.
 */
export async function runGitHubSteps(steps: GitHubStep[], secrets: Record<string, string>, runner: Runner) {
  const done: Done[] = []
  for (const step of steps) {
    if (step.if !== undefined && step.if !== 'always()') throw new Error(`the tests do not know: if: ${step.if}`)
    if (!isRun(step.uses ?? step.run!)) continue
    const failed = done.some(({exit}) => exit !== 0)
    if (failed && step.if !== 'always()') continue
    const env = Object.fromEntries(
      Object.entries(step.env ?? {}).map(([name, value]) => [name, evaluate(value, secrets)]),
    )
    done.push({name: step.name!, ...(await bash('-e', step.run!, {...runner, env: {...runner.env, ...env}}))})
  }

  return done
}

/** `${{ secrets.ONE || secrets.OTHER }}`: the first that is there, or nothing. */
function evaluate(value: string, secrets: Record<string, string>): string {
  return value.replaceAll(/\$\{\{(.*?)\}\}/g, (_, expression: string) => {
    const names = expression.split('||').map((name) => /^ *secrets\.(\w+) *$/.exec(name)?.[1])
    if (names.includes(undefined)) throw new Error(`the tests do not know: ${expression}`)
    return names.map((name) => secrets[name!]).find(Boolean) ?? ''
  })
}

/**
 * Runs a job as GitLab does: `before_script` and `script` in one shell that ends at the first failure,
 * then `after_script` in another one, whatever happened. Variables are in the environment of both.
 */
export async function runGitLabJob(yaml: string, name: string, runner: Runner): Promise<Record<string, Outcome>> {
  const pipeline = parse(yaml) as GitLabPipeline
  const job = {...pipeline.default, ...pipeline[name]!}
  const lines = [...(job.before_script ?? []), ...job.script]
  const script = await bash('-eo pipefail', lines.filter((line) => isRun(line)).join('\n'), runner)
  const after = await bash('-e', job.after_script!.join('\n'), runner)
  return {after, script}
}

async function bash(flags: string, script: string, runner: Runner): Promise<Outcome> {
  const path = join(makeHome(), 'script')
  writeFileSync(path, script)
  return shell(`bash ${flags} '${path}'`, runner)
}
