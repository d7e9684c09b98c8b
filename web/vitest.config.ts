import { defineConfig } from 'vitest/config';

/** The page's pure parts, in Node: what needs a browser is tested in a real one by tests/board. */
export default defineConfig({ test: { include: ['tests/*.test.ts'], setupFiles: ['tests/setup.ts'] } });
