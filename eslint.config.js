import oclif from 'eslint-config-oclif'
import prettier from 'eslint-config-prettier'

export default [
  {ignores: ['dist/', 'node_modules/', './standalone/']},
  ...oclif,
  prettier,
  {
    rules: {
      // In every Node that nno supports; called experimental in Node 20.
      'n/no-unsupported-features/node-builtins': [
        'error',
        {ignores: ['fetch', 'fs.cpSync', 'Headers', 'Request', 'Response', 'util.styleText']},
      ],
      // A retry is one attempt after another, and lines of output come in their order.
      'no-await-in-loop': 'off',
      // File modes and open flags are bits.
      'no-bitwise': 'off',
    },
  },
  {
    files: ['bin/*.js', '**/*.cjs'],
    languageOptions: {
      globals: {__dirname: 'readonly', __filename: 'readonly', require: 'readonly'},
      sourceType: 'commonjs',
    },
    rules: {
      '@typescript-eslint/no-require-imports': 'off',
      // dist/ is there after a build only, and bin/package.json looks like a package of its own.
      'n/no-missing-require': 'off',
      'n/no-unpublished-import': 'off',
      'n/no-unpublished-require': 'off',
      'unicorn/prefer-module': 'off',
      'unicorn/prefer-top-level-await': 'off',
    },
  },
  {
    files: ['src/**', 'test/**'],
    rules: {
      // The names in a protocol's messages are not ours to choose, and oauth4webapi writes None().
      camelcase: ['error', {ignoreDestructuring: true, properties: 'never'}],
      'new-cap': ['error', {capIsNewExceptions: ['None']}],
      // TypeScript knows the globals, types among them.
      'no-undef': 'off',
    },
  },
  {
    files: ['test/**'],
    rules: {
      // A chai assertion such as `to.be.empty` is an expression.
      '@typescript-eslint/no-unused-expressions': 'off',
      // One file may test several functions, and what helps a suite is read beside it.
      'mocha/max-top-level-suites': 'off',
      'mocha/no-exports': 'off',
      'unicorn/consistent-function-scoping': 'off',
    },
  },
]
