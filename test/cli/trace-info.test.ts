import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {describe, expect, onTestFinished, test} from 'vitest';
import {isRatectlError} from '../../src/base/ratectl-error.ts';
import {runProgram} from '../../src/cli/program.ts';
import {testContext} from './test-context.ts';

/** Three clients, one request out of order by half a second, and a bad line. */
const LINES = [
  '{"ts":1000,"key":"a"}',
  '{"ts":2500,"key":"b","cost":4}',
  'nonsense',
  '{"ts":2000,"key":"b"}',
  '{"ts":2000,"key":"c"}',
];

const traceOf = (lines: readonly string[]): string => {
  const folder = mkdtempSync(join(tmpdir(), 'ratectl-info-'));
  onTestFinished(() => rmSync(folder, {recursive: true, force: true}));
  const file = join(folder, 'trace.ndjson');
  writeFileSync(file, lines.map((line) => `${line}\n`).join(''));
  return file;
};

describe('ratectl trace info', () => {
  test('tells what the requests are, and where the bad lines', async () => {
    const context = testContext();
    await runProgram(['trace', 'info', traceOf(LINES), '--time-unit', 'ms', '--json'], context);
    const [info] = JSON.parse(context.written.out).data.files;
    expect(info).toMatchObject({
      requests: 4,
      skipped: 1,
      problems: [{line: 3, column: 1}],
      start: '1970-01-01T00:00:01.000Z',
      end: '1970-01-01T00:00:02.500Z',
      spanMs: 1500,
      resolutionMs: 1,
      outOfOrder: 2,
      largestStepBackMs: 500,
      keys: 3,
      // Of equals the one that came first.
      top: [
        {key: 'b', requests: 2},
        {key: 'a', requests: 1},
        {key: 'c', requests: 1},
      ],
      peakPerSecond: 3,
      cost: 7,
      largestCost: 4,
    });
  });

  test('shows them for people too; the bad line on standard error', async () => {
    const context = testContext();
    await runProgram(['trace', 'info', traceOf(LINES), '--time-unit', 'ms'], context);
    expect(context.written.out).toContain('lines       5 lines · 4 requests · 1 bad\n');
    expect(context.written.out).toContain('order       2 requests out of order · up to 500ms back\n');
    expect(context.written.err).toMatch(/trace\.ndjson:3:1: .*\nwarning: 1 bad line was left out/);
  });

  test('with --quiet says nothing but the answer, which counts the bad line', async () => {
    const context = testContext();
    await runProgram(['trace', 'info', traceOf(LINES), '--quiet'], context);
    expect(context.written.err).toBe('');
    expect(context.written.out).toContain('1 bad\n');
  });

  test('with --strict ends at the first bad line', async () => {
    const context = testContext();
    const error = await runProgram(['trace', 'info', traceOf(LINES), '--strict'], context).catch(
      (thrown: unknown) => thrown,
    );
    expect(isRatectlError(error) && [error.exit, error.where?.line, error.where?.column]).toEqual([2, 3, 1]);
    expect(context.written.out).toBe('');
  });

  test('an empty trace is one without requests', async () => {
    const context = testContext();
    await runProgram(['trace', 'info', traceOf([]), '--json'], context);
    expect(JSON.parse(context.written.out).data.files[0]).toMatchObject({
      format: 'none',
      requests: 0,
      start: null,
      resolutionMs: 0,
      top: [],
    });
  });
});
