import {mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {fileURLToPath} from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** What can follow a flag, where that is known. */
const FLAG_VALUES = {'iam-url': ['https://iam.svc.nno.app', 'https://iam-stg.svc.nno.app'], token: ['-']}

/** Writes completions/nno.bash, nno.fish and nno.zsh from the manifest. */
export function writeCompletions() {
  const manifest = JSON.parse(readFileSync(join(root, 'oclif.manifest.json'), 'utf8'))
  const {oclif} = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const model = modelOf(Object.values(manifest.commands), oclif.topics)
  const folder = join(root, 'completions')
  rmSync(folder, {force: true, recursive: true})
  mkdirSync(folder)
  for (const [shell, render] of Object.entries({bash, fish, zsh})) {
    writeFileSync(join(folder, `nno.${shell}`), render(model))
  }
}

/**
 * What can be typed: `words` are those after which something can follow (none, `sessions`, `sessions list`),
 * `next` the words that can, with their summaries, and `flags` the flags.
 */
function modelOf(commands, topics) {
  const byId = [...commands].sort((a, b) => (a.id < b.id ? -1 : 1))
  const names = byId.map(({id, summary}) => ({summary, words: id.split(':')}))
  /** The words that can follow some words, the same for `nno` and for `nno help`. */
  const following = (words) => {
    const start = words.join(' ')
    const longer = names.filter((name) => name.words.slice(0, words.length).join(' ') === start)
    const next = longer
      .filter((name) => name.words.length > words.length)
      .map((name) => {
        const isTopic = name.words.length > words.length + 1
        return [name.words[words.length], isTopic ? topics[name.words[0]].description : name.summary]
      })
    return Object.entries(Object.fromEntries(next)).map(([value, summary]) => ({summary, value}))
  }

  const topicWords = Object.keys(topics).map((topic) => [topic])
  return [
    ...[[], ...topicWords].map((words) => ({flags: [], next: following(words), words})),
    ...[[], ...topicWords].map((words) => ({flags: [], next: following(words), words: ['help', ...words]})),
    ...byId
      .filter(({id}) => id !== 'help')
      .map(({args, flags, id}) => ({
        flags: Object.values(flags).map(({char, description, name, summary = description, type}) => ({
          char,
          name,
          summary: summary.replace(/\.$/, ''),
          values: type === 'option' ? (FLAG_VALUES[name] ?? []) : undefined,
        })),
        next: Object.values(args).flatMap(({options = []}) => options.map((value) => ({summary: '', value}))),
        words: id.split(':'),
      })),
  ]
}

/** A text in single quotes, which bash and zsh take as it is. */
const quote = (text) => `'${text.replaceAll("'", String.raw`'\''`)}'`
const flagNames = ({char, name}) => [...(char ? [`-${char}`] : []), `--${name}`]

function bash(model) {
  const words = model.map(
    ({flags, next, words}) =>
      `    ${quote(words.join(' '))}) words=${quote([...next.map(({value}) => value), ...flags.flatMap((flag) => flagNames(flag))].join(' '))} ;;`,
  )
  const values = model.flatMap(({flags, words}) =>
    flags
      .filter((flag) => flag.values)
      .map((flag) => {
        const patterns = flagNames(flag).map((name) => quote([...words, name].join(' ')))
        return `    ${patterns.join(' | ')}) words=${quote(flag.values.join(' '))} ;;`
      }),
  )
  return `# Completion of nno for bash. Made from nno's list of commands: do not edit.
_nno() {
  local line=\${COMP_LINE:0:COMP_POINT} word command flag words=
  local -a typed=()
  # By itself, since bash takes a URL for several words.
  word=\${line##*[[:space:]]}
  read -ra typed <<<"\${line%"$word"}"
  ((\${#typed[@]})) || return 0
  flag=\${typed[\${#typed[@]} - 1]}
  case $word in --*=*) flag=\${word%%=*} word=\${word#*=} ;; esac
  command=\${typed[1]-}
  case $command in
    ${[...new Set(model.filter(({words}) => words.length > 1).map(({words}) => words[0]))].join(' | ')}) command+=\${typed[2]:+ \${typed[2]}} ;;
  esac
  case $command in 'help '*) command+=\${typed[3]:+ \${typed[3]}} ;; esac
  case $command in
${words.join('\n')}
  esac
  case "$command $flag" in
${values.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
  # What bash takes for words of their own before this one is there already.
  local before=\${word%"\${COMP_WORDS[COMP_CWORD]}"}
  COMPREPLY=(\${COMPREPLY[@]+"\${COMPREPLY[@]#"$before"}"})
}
complete -F _nno nno
`
}

function zsh(model) {
  const cases = model.map(({flags, next, words}) => {
    const lines = []
    if (next.length > 0) {
      const names = next.map(({summary, value}) => quote(summary ? `${value}:${summary}` : value))
      lines.push(`names=(${names.join(' ')})`)
    }

    if (flags.length > 0) {
      const specs = flags.map(({char, name, summary, values}) => {
        const about = `[${summary.replaceAll(/[\\[\]:]/g, String.raw`\$&`)}]`
        const value = values ? `:value:(${values.join(' ').replaceAll(':', String.raw`\:`)})` : ''
        const long = `--${name}${values ? '=' : ''}${about}${value}`
        if (!char) return quote(long)
        return `${quote(`(--${name})-${char}${values ? '+' : ''}${about}${value}`)} ${quote(`(-${char})${long}`)}`
      })
      lines.push(`flags=(${specs.join(' ')})`)
    }

    return `    ${quote(words.join(' '))}) ${lines.join('; ')} ;;`
  })
  return `#compdef nno
# Completion of nno for zsh. Made from nno's list of commands: do not edit.
_nno() {
  local -a names flags known
  local command=
  integer count=0
  known=(${model.map(({words}) => quote(words.join(' '))).join(' ')})
  # The words before this one that make up a command.
  while (( count + 2 < CURRENT )) && (( \${known[(Ie)\${command:+$command }$words[count + 2]]} )); do
    command="\${command:+$command }$words[count + 2]"
    (( count += 1 ))
  done
  case $command in
${cases.join('\n')}
  esac
  if (( $#names && CURRENT == count + 2 )); then _describe command names; fi
  shift count words
  (( CURRENT -= count ))
  if (( $#flags )); then _arguments $flags; fi
}
if [[ $funcstack[1] == _nno ]]; then _nno "$@"; else compdef _nno nno; fi
`
}

/** One rule of fish: under a condition, offer something. */
const rule = (condition, ...rest) => `complete --command nno --condition ${quote(condition)} ${rest.join(' ')}`

function fish(model) {
  const lines = model.flatMap(({flags, next, words}) => [
    ...next.map(({summary, value}) =>
      rule(
        `__nno_after ${words.join(' ')}`.trim(),
        `--arguments ${quote(value)}`,
        ...(summary ? [`--description ${quote(summary)}`] : []),
      ),
    ),
    ...flags.map(({char, name, summary, values}) =>
      rule(
        `__nno_in ${words.join(' ')}`,
        ...(char ? [`--short-option ${char}`] : []),
        `--long-option ${name}`,
        ...(values ? [`--exclusive --arguments ${quote(values.join(' '))}`] : []),
        `--description ${quote(summary)}`,
      ),
    ),
  ])
  return `# Completion of nno for fish. Made from nno's list of commands: do not edit.
function __nno_after --description 'Whether these words are all that stands before the cursor'
    set --local words (commandline --cut-at-cursor --current-process --tokenize)
    test "$words[2..]" = "$argv"
end
function __nno_in --description 'Whether the command is this one'
    set --local words (commandline --cut-at-cursor --current-process --tokenize)
    test (count $words) -gt (count $argv); and test "$words[2..$(math (count $argv) + 1)]" = "$argv"
end
complete --command nno --no-files
${lines.join('\n')}
`
}
