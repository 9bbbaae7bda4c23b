import {defineConfig} from 'vitest/config';

/** `npm run test:traces`: replays of large public traces, read in place; not part of `npm test`. */
// biome-ignore lint/style/noDefaultExport: vitest reads the default export
export default defineConfig({
  test: {include: ['test/traces/**/*.traces.ts'], globalSetup: ['test/support/build.ts'], testTimeout: 600_000},
});
