import {defineConfig} from 'vitest/config';

// biome-ignore lint/style/noDefaultExport: vitest reads the default export
export default defineConfig({
  test: {include: ['test/**/*.test.ts'], exclude: ['test/traces/**'], globalSetup: ['test/support/build.ts', 'test/support/servers/global-setup.ts'],
    setupFiles: ['test/support/fast-check.ts'],
    // A loaded machine is slow, not wrong.
    testTimeout: 60_000, hookTimeout: 60_000, expect: {poll: {timeout: 30_000}}},
});
