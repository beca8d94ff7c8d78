// Writes docs/errors.md: every error that nno can show, read from the sources by the compiler of TypeScript.
import {writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {fileURLToPath} from 'node:url'
import ts from 'typescript'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const config = ts.getParsedCommandLineOfConfigFile(join(root, 'tsconfig.json'), {}, ts.sys)
const program = ts.createProgram(config.fileNames, config.options)
const checker = program.getTypeChecker()
const isOurs = (node) => node.getSourceFile().fileName.startsWith(join(root, 'src'))

const isError = (type) => type.symbol?.name === 'NnoError'
const declarationOf = (node) => {
  const symbol = checker.getSymbolAtLocation(node)
  const target = symbol && symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
  return target?.valueDeclaration
}

/** What a constant is set to. Not what a pattern falls back on. */
function valueOf(node) {
  const {parent} = node
  const declaration = ts.isShorthandPropertyAssignment(parent)
    ? checker.getShorthandAssignmentValueSymbol(parent)?.valueDeclaration
    : declarationOf(node)
  return declaration && ts.isBindingElement(declaration) ? undefined : declaration?.initializer
}

/** What stands for a value that is known only when nno runs. */
const placeholder = (node) => `<${(node.getText().match(/\w+(?=\W*$)/) ?? ['value'])[0]}>`

/** The functions that are looked into: one that calls itself is not entered again. */
const entered = new Set()

/** Every text that an expression can be. `known` has those of the parameters of the function that it is in. */
// eslint-disable-next-line complexity -- a case for each kind of expression
function texts(node, known) {
  if (ts.isStringLiteralLike(node) || ts.isNumericLiteral(node)) return [node.text]
  if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node)) return texts(node.expression, known)
  if (ts.isConditionalExpression(node)) return [...texts(node.whenTrue, known), ...texts(node.whenFalse, known)]
  if (ts.isTemplateExpression(node)) {
    let all = [node.head.text]
    for (const {expression, literal} of node.templateSpans) {
      all = all.flatMap((start) => texts(expression, known).map((text) => start + text + literal.text))
    }

    return all
  }

  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.QuestionQuestionToken) {
    return [...texts(node.left, known), ...texts(node.right, known)]
  }

  if (ts.isElementAccessExpression(node)) {
    const {initializer} = declarationOf(node.expression) ?? {}
    if (initializer && ts.isObjectLiteralExpression(initializer)) {
      return initializer.properties.flatMap((property) => texts(property.initializer, known))
    }
  }

  if (ts.isIdentifier(node) || ts.isPropertyAccessExpression(node)) {
    if (known.has(node.text)) return known.get(node.text)
    const initializer = valueOf(node)
    const all = initializer && isOurs(initializer) ? texts(initializer, known) : []
    // The name of a variable says more than the call that it comes from.
    if (all.some((text) => !/^<[^>]*>$/.test(text))) return all
  }

  if (ts.isCallExpression(node)) {
    const called = declarationOf(node.expression)
    if (called?.body && isOurs(called) && !entered.has(called)) {
      entered.add(called)
      const all = returned(called).flatMap((result) => texts(result, bind(called, node, known)))
      entered.delete(called)
      if (all.length > 0) return all
    }
  }

  return node.kind === ts.SyntaxKind.UndefinedKeyword || node.getText() === 'undefined' ? [] : [placeholder(node)]
}

/** The same for a list: the texts of each of its elements. */
function lists(node, known) {
  if (ts.isArrayLiteralExpression(node)) return node.elements.flatMap((element) => lists(element, known))
  if (ts.isSpreadElement(node) || ts.isParenthesizedExpression(node)) return lists(node.expression, known)
  if (ts.isConditionalExpression(node)) return [...lists(node.whenTrue, known), ...lists(node.whenFalse, known)]
  if (ts.isIdentifier(node)) {
    if (known.has(node.text)) return [...known.get(node.text)]
    const initializer = valueOf(node)
    if (initializer) return lists(initializer, known)
  }

  if (ts.isCallExpression(node)) {
    const called = declarationOf(node.expression)
    if (called?.body && isOurs(called) && !entered.has(called)) {
      return returned(called).flatMap((result) => lists(result, bind(called, node, known)))
    }
  }

  return texts(node, known)
}

/** What a function's parameters are in one call of it. */
function bind(called, call, known) {
  const bound = new Map()
  for (const [index, {dotDotDotToken, name}] of called.parameters.entries()) {
    const given = dotDotDotToken ? call.arguments.slice(index) : call.arguments.slice(index, index + 1)
    if (given.length > 0)
      bound.set(
        name.getText(),
        given.flatMap((argument) => lists(argument, known)),
      )
    else if (dotDotDotToken) bound.set(name.getText(), [])
  }

  return bound
}

/** What a function can return. */
function returned(called) {
  if (!ts.isBlock(called.body)) return [called.body]
  const results = []
  const visit = (node) => {
    if (ts.isReturnStatement(node) && node.expression) results.push(node.expression)
    if (!ts.isFunctionLike(node)) ts.forEachChild(node, visit)
  }

  ts.forEachChild(called.body, visit)
  return results
}

/** The errors that an expression can be. */
function errors(node, known) {
  if (ts.isNewExpression(node)) {
    const given = Object.fromEntries(
      node.arguments[0].properties.map((property) => [property.name.text, property.initializer ?? property.name]),
    )
    const [code] = texts(given.code, known)
    const [exitCode] = texts(given.exitCode, known)
    const suggestions = given.suggestions ? lists(given.suggestions, known) : []
    return texts(given.message, known).map((message) => ({code, exitCode, message, suggestions}))
  }

  if (ts.isConditionalExpression(node)) {
    return [node.whenTrue, node.whenFalse].flatMap((branch) => errors(branch, known))
  }

  if (!ts.isCallExpression(node)) return []
  const called = declarationOf(node.expression)
  if (!called?.body) return []
  return returned(called).flatMap((result) => errors(result, bind(called, node, known)))
}

/** Whether a function does nothing but make errors: then its calls are what counts, with what they are given. */
function makesErrors(node) {
  const signature = ts.isFunctionLike(node) && checker.getSignatureFromDeclaration(node)
  return Boolean(signature) && isError(checker.getReturnTypeOfSignature(signature))
}

const found = new Map()
function collect(node) {
  if (makesErrors(node)) return
  if ((ts.isNewExpression(node) || ts.isCallExpression(node)) && isError(checker.getTypeAtLocation(node))) {
    for (const error of errors(node, new Map())) found.set(`${error.code} ${error.message}`, error)
  }

  ts.forEachChild(node, collect)
}

for (const file of program.getSourceFiles().filter((source) => isOurs(source))) collect(file)

const all = [...found.values()].sort((a, b) =>
  `${a.exitCode} ${a.code} ${a.message}` < `${b.exitCode} ${b.code} ${b.message}` ? -1 : 1,
)
/** A text with what is known only later in capitals: <userCode> becomes USER_CODE. */
const inMarkdown = (text) =>
  text
    .replaceAll(/<(\w+)>/g, (_, name) => name.replaceAll(/(?<=[a-z])[A-Z]/g, '_$&').toUpperCase())
    .replaceAll('*', String.raw`\*`)

const lines = [
  '# Errors',
  '',
  'Every error that nno shows, made from the sources by `npm run docs:errors`. What stands in capitals is known',
  'only when it happens. An error is a line on stderr, and below it what to do next; with `--json` it is a document on',
  'stdout, `{"error":{"code","message","suggestions","exitCode"}}`, and the exit code is the same.',
]
for (const exitCode of new Set(all.map((error) => error.exitCode))) {
  lines.push('', `## Exit code ${exitCode}`)
  for (const code of new Set(all.filter((error) => error.exitCode === exitCode).map((error) => error.code))) {
    lines.push('', `### \`${inMarkdown(code)}\``, '')
    for (const {message, suggestions} of all.filter((error) => error.exitCode === exitCode && error.code === code)) {
      lines.push(`- ${inMarkdown(message)}`)
      for (const suggestion of new Set(suggestions)) lines.push(`  - ${inMarkdown(suggestion)}`)
    }
  }
}

writeFileSync(join(root, 'docs', 'errors.md'), `${lines.join('\n')}\n`)
console.log(`docs/errors.md: ${all.length} errors`)
