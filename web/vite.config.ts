import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

/** The server that the development server stands in front of: `CALLBOARD=http://127.0.0.1:8321 npm run dev`. */
declare const process: { env: Record<string, string | undefined> };
const server = process.env['CALLBOARD'] ?? 'http://127.0.0.1:8321';

export default defineConfig({
  // Relative, so that the one build works under any path prefix: the page's <base> decides.
  base: './',
  plugins: [svelte()],
  build: {
    target: ['chrome123', 'firefox121', 'safari17.5'],
    // Nothing inline: the Content-Security-Policy allows files of this origin alone.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { '/api': server, '/session': server } },
});
