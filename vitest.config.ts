import {availableParallelism} from 'node:os';
import {defineConfig} from 'vitest/config';

// biome-ignore lint/style/noDefaultExport: vitest reads the default export
export default defineConfig({
  test: {include: ['test/**/*.test.ts'], exclude: ['test/traces/**'], globalSetup: ['test/support/build.ts', 'test/support/servers/global-setup.ts'],
    setupFiles: ['test/support/fast-check.ts'],
    // Tests mostly wait, for servers and for time: of two cores one alone would be half as fast.
    maxWorkers: Math.max(3, availableParallelism() - 1),
    // A loaded machine is slow, not wrong.
    testTimeout: 60_000, hookTimeout: 60_000, expect: {poll: {timeout: 30_000}}},
});
