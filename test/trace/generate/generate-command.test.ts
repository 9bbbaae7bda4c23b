import {mkdtempSync, readdirSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {gunzipSync, zstdDecompressSync} from 'node:zlib';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {isRatectlError} from '../../../src/base/ratectl-error.ts';
import {CaptureSink, runGenerate} from './run-generate.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ratectl-generate-'));
});
afterEach(() => rmSync(folder, {recursive: true}));

const failure = async (args: readonly string[]): Promise<{message: string; exit: number}> => {
  try {
    await runGenerate(args, {cwd: folder});
  } catch (error) {
    if (isRatectlError(error)) return {message: error.message, exit: error.exit};
    throw error;
  }
  throw new Error('it did not fail');
};

describe('where a trace goes', () => {
  test('stdout by default, and with -', async () => {
    const {out, err} = await runGenerate(['--requests', '10']);
    expect(out.toString().split('\n')).toHaveLength(11);
    expect(err).toBe('');
    expect((await runGenerate(['--requests', '10', '--out', '-'])).out).toEqual(out);
  });

  test('a file, whose name may ask for compression', async () => {
    const args = ['--requests', '5_000', '--seed', '9', '--out'];
    const plain = await runGenerate([...args, 'a.ndjson'], {cwd: folder});
    expect(plain.out).toHaveLength(0);
    expect(plain.err).toBe('wrote 5,000 requests to a.ndjson\n');
    expect(plain.context.cleanups.size).toBe(0);
    await runGenerate([...args, 'a.ndjson.gz'], {cwd: folder});
    await runGenerate([...args, 'a.ndjson.zst'], {cwd: folder});
    const bytes = readFileSync(join(folder, 'a.ndjson'));
    expect(gunzipSync(readFileSync(join(folder, 'a.ndjson.gz'))).equals(bytes)).toBe(true);
    expect(zstdDecompressSync(readFileSync(join(folder, 'a.ndjson.zst'))).equals(bytes)).toBe(true);
    expect(readdirSync(folder).sort()).toEqual(['a.ndjson', 'a.ndjson.gz', 'a.ndjson.zst']);
  });

  test('--quiet says nothing', async () => {
    expect((await runGenerate(['--requests', '5', '-q', '--out', 'a'], {cwd: folder})).err).toBe('');
  });

  test('a reader that goes away ends it quietly', async () => {
    const out = new CaptureSink(1);
    const {context} = await runGenerate(['--requests', '1_000_000_000_000'], {out});
    expect(out.writes).toBe(1);
    expect(context.exitCode).toBe(0);
  });

  test('a folder that does not exist', async () => {
    const {message, exit} = await failure(['--requests', '5', '--out', 'no/such/a.gz']);
    expect(message).toContain('the folder does not exist');
    expect(exit).toBe(2);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('bad values name the flag, what was expected and what came', () => {
  // prettier-ignore
  test.each<readonly [args: string, message: string]>([
    ['--rate fast', '--rate: expected a rate such as 100/s, got "fast"'],
    ['--rate 100', '--rate: expected a rate such as 100/s, got "100"'],
    ['--rate 0/s', '--rate: expected a rate such as 100/s, got "0/s"'],
    ['--rate -1/s', '--rate: expected a rate such as 100/s, got "-1/s"'],
    ['--rate 1/0s', '--rate: expected a rate such as 100/s, got "1/0s"'],
    ['--rate 0.001/52w', '--rate: expected a rate such as 100/s, got "0.001/52w"'],
    ['--rate 1e3/s', '--rate: expected a rate such as 100/s, got "1e3/s"'],
    ['--duration 10', '--duration: expected a duration above 0 such as 30s or 1h30m, got "10"'],
    ['--duration 0s', '--duration: expected a duration above 0 such as 30s or 1h30m, got "0s"'],
    ['--duration 9999999w', '--duration: expected a duration above 0 such as 30s or 1h30m, got "9999999w"'],
    ['--requests 0', '--requests: expected a whole number 1 … 1000000000000, got "0"'],
    ['--requests 1.5', '--requests: expected a whole number 1 … 1000000000000, got "1.5"'],
    ['--requests 0x10', '--requests: expected a whole number 1 … 1000000000000, got "0x10"'],
    [
      '--kind poison',
      '--kind: expected one of constant, poisson, diurnal, burst, retry-storm, got "poison" (did you mean "poisson"?)',
    ],
    ['--keys 0', '--keys: expected a whole number 1 … 16646144, got "0"'],
    ['--zipf NaN', '--zipf: expected a number 0 … 20, got "NaN"'],
    ['--zipf 21', '--zipf: expected a number 0 … 20, got "21"'],
    ['--seed -1', '--seed: expected a whole number 0 … 9007199254740991, got "-1"'],
    [
      '--seed 9007199254740992',
      '--seed: expected a whole number 0 … 9007199254740991, got "9007199254740992"',
    ],
    ['--start yesterday', '--start: expected a time such as 2026-01-05T00:00:00Z, got "yesterday"'],
    [
      '--start 2026-02-30T00:00:00Z',
      '--start: expected a time such as 2026-01-05T00:00:00Z, got "2026-02-30T00:00:00Z"',
    ],
    [
      '--start 2026-01-05T00:00:00',
      '--start: expected a time such as 2026-01-05T00:00:00Z, got "2026-01-05T00:00:00"',
    ],
    [
      '--start 1969-12-31T23:59:59Z',
      '--start: expected a time such as 2026-01-05T00:00:00Z, got "1969-12-31T23:59:59Z"',
    ],
    [
      '--start 2026-01-05T00:00:00+99:00',
      '--start: expected a time such as 2026-01-05T00:00:00Z, got "2026-01-05T00:00:00+99:00"',
    ],
    ['--format xml', '--format: expected one of ndjson, csv, combined, common, got "xml"'],
    ['--time-unit min', '--time-unit: expected one of s, ms, us, ns, got "min"'],
    ['--key-kind host', '--key-kind: expected one of ip, user, got "host"'],
    ['--profile blog', '--profile: expected one of shop, api, got "blog"'],
    [
      '--cost -1',
      '--cost: expected a whole number, or lognormal:MEDIAN,SIGMA,MAX such as lognormal:400,1.2,32000, got "-1"',
    ],
    [
      '--cost lognormal:0,1,9',
      '--cost: expected a whole number, or lognormal:MEDIAN,SIGMA,MAX such as lognormal:400,1.2,32000, got "lognormal:0,1,9"',
    ],
    ['--plans free', '--plans: expected names with shares such as free=80,premium=20, got "free"'],
    ['--plans a=0', '--plans: expected names with shares such as free=80,premium=20, got "a=0"'],
    ['--plans a=1,a=2', '--plans: expected names with shares such as free=80,premium=20, got "a=1,a=2"'],
    ['--plans a"b=1', '--plans: expected names with shares such as free=80,premium=20, got "a"b=1"'],
    ['--kind diurnal --peak 10/s --trough 11/s', '--trough: expected at most the peak, got "11/s"'],
    ['--kind burst --burst-size 0', '--burst-size: expected a whole number 1 … 1000000000, got "0"'],
    [
      '--kind burst --burst-every 1s --burst-spread 2s',
      '--burst-spread: expected at most --burst-every, got "2s"',
    ],
    [
      '--kind retry-storm --jitter some',
      '--jitter: expected one of none, full, equal, decorrelated, got "some"',
    ],
    [
      '--kind retry-storm --backoff 10s --backoff-cap 5s',
      '--backoff-cap: expected at least --backoff, got "5s"',
    ],
    ['--kind retry-storm --retries 51', '--retries: expected a whole number 0 … 50, got "51"'],
    ['--jitter full', '--jitter: only with --kind retry-storm, not with --kind poisson'],
    ['--kind constant --burst-every 5s', '--burst-every: only with --kind burst, not with --kind constant'],
    ['--scanner-for 5s', '--scanner-for: only with --scanner, the rate at which it probes'],
    ['--rate \u001b[31m', '--rate: expected a rate such as 100/s, got "\\u001b[31m"'],
  ])('%s', async (args, message) => {
    expect(await failure(args.split(' '))).toEqual({message, exit: 2});
  });
});

describe('good values', () => {
  test.each([
    '--rate 1.5/m',
    '--rate 100/10s',
    '--rate 1/7d',
    '--rate 1000000/s',
    '--zipf 0',
    '--cost 0',
    '--cost lognormal:400,0',
    '--plans enterprise=1',
    '--start 2026-01-05T00:00:00.123456-08:00',
    '--kind diurnal --trough 0/s',
    '--kind diurnal --peak 10/s',
    '--keys 16_646_144',
    '--kind burst --burst-spread 0s',
    '--kind burst --burst-every 10ms',
    '--kind retry-storm --in-flight 0s --retries 0',
    '--kind retry-storm --backoff 2m',
    '--tenants 50',
  ])('%s', async (args) => {
    const {out} = await runGenerate([...args.split(' '), '--requests', '50']);
    const times = out
      .toString()
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as {ts: number}).ts);
    expect(times).toHaveLength(50);
    expect(times.every((t, i) => Number.isSafeInteger(t) && t >= (times[i - 1] ?? 0))).toBe(true);
  });
});
