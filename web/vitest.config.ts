import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

/** The page's pure parts and its state, in Node: what needs a browser is tested in a real one by tests/board. */
export default defineConfig({
  plugins: [svelte({ configFile: false })],
  resolve: { conditions: ['browser'] },
  test: {
    include: ['tests/*.test.ts'],
    setupFiles: ['tests/setup.ts'],
    environment: './tests/environment.ts',
    server: { deps: { inline: ['svelte'] } },
  },
});
