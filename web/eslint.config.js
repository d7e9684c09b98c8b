import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import { defineConfig } from 'eslint/config';
import ts from 'typescript-eslint';

/** A second copy of retry or poll would need a timer: these modules alone have one. */
const TIMED = [
  'src/lib/api/deadline.ts',
  'src/lib/api/download.ts',
  'src/lib/debounce.ts',
  'src/lib/state/backoff.ts',
  'src/lib/state/now.svelte.ts',
  'src/lib/state/poll.ts',
];

/** A ban on names of the browser: as a global, and as a member of `window` or `globalThis`. */
const banned = (names, message) => ({
  'no-restricted-globals': ['error', ...names.map((name) => ({ name, message }))],
  'no-restricted-properties': [
    'error',
    ...names.flatMap((property) => ['window', 'globalThis', 'self'].map((object) => ({ object, property, message }))),
  ],
});
const TIMERS = ['setTimeout', 'setInterval', 'requestIdleCallback'];
const REQUESTS = ['fetch', 'XMLHttpRequest', 'EventSource', 'WebSocket'];

/** Forbids imports of values; types may come from anywhere. */
const unimportable = (group, message) => ({
  '@typescript-eslint/no-restricted-imports': [
    'error',
    { patterns: [{ group, message, allowTypeImports: true, caseSensitive: true }] },
  ],
});
const REQUEST_LAYER = ['**/api/client', '**/api/stream', '**/api/download'];
/** What keeps a question answered. */
const ANSWERS = [
  '**/state/resource.svelte',
  '**/state/poll',
  '**/state/backoff',
  '**/list/paged.svelte',
  '**/list/runs.svelte',
];
/** Sums and orders in a component cannot be tested without a browser. */
const DECIDE = 'Sums, orders and groups belong to a plain module, where Vitest reaches them.';
const DECIDING = [
  'CallExpression[callee.property.name=/^(reduce|sort|toSorted|localeCompare)$/]',
  'NewExpression[callee.name="Resource"]',
];

export default defineConfig(
  // The generated types are held to the API's document by `make check`.
  { ignores: ['dist/', 'node_modules/', 'src/lib/api/schema.d.ts'] },
  js.configs.recommended,
  ts.configs.strictTypeChecked,
  svelte.configs.recommended,
  // Layout belongs to prettier alone.
  svelte.configs.prettier,
  {
    languageOptions: {
      globals: globals.browser,
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname, extraFileExtensions: ['.svelte'] },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser } },
  },
  {
    rules: {
      // `_` is a place that has to be named and is not read.
      '@typescript-eslint/no-unused-vars': ['error', { varsIgnorePattern: '^_$', argsIgnorePattern: '^_+$' }],
      // `onclick={() => go()}` is how handlers are written here.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      // `void value` inside an effect makes the effect depend on that value.
      '@typescript-eslint/no-meaningless-void-operator': 'off',
      // It knows neither that a signal may be aborted during an `await`, nor that `navigator.locks` is missing without HTTPS.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      // `{' '}` is a space that the compiler keeps at the end of a block.
      'svelte/no-useless-mustaches': 'off',
      // Most Maps and URLSearchParams are local to a function, or replaced as a whole: reactive ones would cost and gain nothing.
      'svelte/prefer-svelte-reactivity': 'off',
    },
  },
  {
    // The parser does not know the types of snippets' parameters and of imported components; svelte-check does, and checks them.
    files: ['**/*.svelte'],
    rules: {
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/restrict-plus-operands': 'off',
      '@typescript-eslint/restrict-template-expressions': 'off',
      '@typescript-eslint/no-base-to-string': 'off',
    },
  },
  {
    files: ['src/**'],
    rules: banned([...TIMERS, ...REQUESTS], 'Ask through api/, and again through state/poll.ts or state/backoff.ts.'),
  },
  { files: TIMED, rules: banned(REQUESTS, 'Ask through api/.') },
  { files: ['src/lib/api/download.ts'], rules: { 'no-restricted-globals': 'off' } },
  {
    files: ['src/lib/api/**'],
    ignores: ['src/lib/api/deadline.ts', 'src/lib/api/download.ts'],
    rules: banned(TIMERS, 'Wait with api/deadline.ts.'),
  },
  // Plain modules decide: what they know is given to them, so that Vitest can give it. `.svelte.ts` modules hold state and ask.
  {
    files: ['src/lib/**/*.ts'],
    ignores: ['**/*.svelte.ts', 'src/lib/api/**', 'src/lib/pages/pages.ts'],
    rules: unimportable(
      ['svelte', 'svelte/**', '**/*.svelte', ...REQUEST_LAYER],
      'A plain module neither asks nor holds state.',
    ),
  },
  {
    files: ['src/lib/**/*.svelte.ts'],
    rules: unimportable(['**/[A-Z]*.svelte'], 'A module of state draws nothing.'),
  },
  // Components draw what is given to them; pages and sections of the settings choose which answers that is.
  {
    files: ['src/**/*.svelte'],
    rules: {
      ...unimportable([...REQUEST_LAYER, ...ANSWERS, '**/answers/**'], 'A component draws: pages give it answers.'),
      'no-restricted-syntax': ['error', ...DECIDING.map((selector) => ({ selector, message: DECIDE }))],
    },
  },
  {
    files: ['src/lib/pages/*.svelte', 'src/lib/settings/*.svelte'],
    rules: unimportable([...REQUEST_LAYER, ...ANSWERS], 'A page takes its answers from answers/.'),
  },
  {
    files: ['src/lib/api/**'],
    rules: unimportable(['svelte', 'svelte/**', '**/*.svelte'], 'The request layer knows neither state nor drawing.'),
  },
  { files: ['*.js'], extends: [ts.configs.disableTypeChecked], languageOptions: { globals: globals.node } },
);
