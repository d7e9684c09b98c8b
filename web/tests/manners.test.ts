import { ESLint } from 'eslint';
import { expect, test, vi } from 'vitest';

// The first of them loads the linter with all of its plugins.
vi.setConfig({ testTimeout: 120_000 });

/** The rules of which module may do what, without those that need types: these are a matter of `make check`. */
const lint = new ESLint({
  overrideConfig: { languageOptions: { parserOptions: { projectService: false } } },
  ruleFilter: ({ ruleId }) => ruleId.includes('no-restricted'),
});

async function complaints(filePath: string, code: string): Promise<string[]> {
  const [found] = await lint.lintText(filePath.endsWith('.svelte') ? `<script lang="ts">${code}</script>` : code, {
    filePath,
  });
  return (found?.messages ?? []).map((one) => one.ruleId ?? one.message);
}
const IMPORTS = '@typescript-eslint/no-restricted-imports';

test.each([
  ['a second copy of retry, in state', 'state/copy.svelte.ts', 'setTimeout(() => {}, 1000);', 'no-restricted-globals'],
  [
    'a second copy of poll, in a component',
    'components/Copy.svelte',
    'setInterval(() => {}, 1);',
    'no-restricted-globals',
  ],
  ['the same by way of window', 'list/copy.ts', 'window.setTimeout(() => {}, 1);', 'no-restricted-properties'],
  ['a request past the request layer', 'pages/Copy.svelte', 'void fetch("/x");', 'no-restricted-globals'],
  ['a request by the retry', 'state/poll.ts', 'void fetch("/x");', 'no-restricted-globals'],
  ['a retry in the request layer', 'api/client.ts', 'setTimeout(() => {}, 1);', 'no-restricted-globals'],
  ['a component that asks', 'pages/Copy.svelte', 'import { request } from "../api/client"; request("");', IMPORTS],
  [
    'a page that makes an answer',
    'pages/Copy.svelte',
    'import { Resource } from "../state/resource.svelte"; Resource;',
    IMPORTS,
  ],
  ['a page that makes a list', 'pages/Copy.svelte', 'import { Paged } from "../list/paged.svelte"; Paged;', IMPORTS],
  [
    'a part that chooses its answer',
    'overview/Copy.svelte',
    'import { callList } from "../answers/lists.svelte"; callList;',
    IMPORTS,
  ],
  ['a component that decides', 'charts/Copy.svelte', '[1].reduce((a, b) => a + b);', 'no-restricted-syntax'],
  ['a page that decides', 'pages/Copy.svelte', '[2, 1].sort();', 'no-restricted-syntax'],
  ['a plain module that asks', 'list/copy.ts', 'import { request } from "../api/client"; request("");', IMPORTS],
  ['a plain module with state', 'list/copy.ts', 'import { address } from "../state/address.svelte"; address;', IMPORTS],
  ['state that draws', 'answers/copy.svelte.ts', 'import Card from "../components/Card.svelte"; Card;', IMPORTS],
  ['a request layer with state', 'api/copy.ts', 'import { address } from "../state/address.svelte"; address;', IMPORTS],
])('the linter refuses %s', async (_, path, code, rule) => {
  expect(await complaints(`src/lib/${path}`, code)).toEqual([rule]);
});

test.each([
  ['the retry its timer', 'state/backoff.ts', 'setTimeout(() => {}, 1);'],
  ['a page its answers', 'pages/Copy.svelte', 'import { callList } from "../answers/lists.svelte"; callList;'],
  [
    'a component the type of an answer',
    'components/Copy.svelte',
    'import type { Resource } from "../state/resource.svelte"; let of: Resource<string>;',
  ],
  ['state its requests', 'answers/copy.svelte.ts', 'import { request } from "../api/client"; request("");'],
])('the linter leaves %s', async (_, path, code) => {
  expect(await complaints(`src/lib/${path}`, code)).toEqual([]);
});
