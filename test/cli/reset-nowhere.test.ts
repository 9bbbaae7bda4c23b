import {existsSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {describe, expect, onTestFinished, test} from 'vitest';
import {isRatectlError} from '../../src/base/ratectl-error.ts';
import {runProgram} from '../../src/cli/program.ts';
import {testContext} from './test-context.ts';

describe('in a folder without state', () => {
  test.each([
    [['per-ip/203.0.113.7', '--yes']],
    [['--prefix', 'per-ip/', '--yes', '--reason', 'x']],
    [['--all', '--yes', '--reason', 'x']],
    [['--breaker', 'db', '--yes']],
    [['--pool', 'api', '--yes', '--reason', 'x']],
    [['--queue', 'mails', '--yes', '--reason', 'x']],
  ])('a reset says so, as its dry run does, and makes none: reset %j', async (words) => {
    const cwd = mkdtempSync(join(tmpdir(), 'ratectl-nowhere-'));
    onTestFinished(() => rmSync(cwd, {recursive: true, force: true}));
    for (const more of [['--dry-run'], []]) {
      const context = {...testContext({HOME: cwd}), cwd};
      const error = await runProgram(['reset', ...words, ...more], context).catch(
        (thrown: unknown) => thrown,
      );
      if (!isRatectlError(error)) throw error;
      expect(error.message).toContain('there is no state yet');
      expect(error.exit).toBe(2);
    }
    expect(existsSync(join(cwd, '.ratectl'))).toBe(false);
  });
});
