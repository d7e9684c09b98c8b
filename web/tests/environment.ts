import type { Environment } from 'vitest/runtime';

/** Node, with modules compiled as for a browser: Svelte's build for servers runs no effects, and the page's state needs them. */
export default {
  name: 'page',
  viteEnvironment: 'client',
  setup: () => ({ teardown: () => {} }),
} satisfies Environment;
