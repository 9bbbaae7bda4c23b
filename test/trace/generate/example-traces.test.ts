import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {runGenerate} from './run-generate.ts';

const EXAMPLES = new URL('../../../examples/traces/', import.meta.url);
const COMMAND = /^ratectl trace generate (.+ --out (\S+))$/gm;

const commands = [...readFileSync(new URL('README.md', EXAMPLES), 'utf8').matchAll(COMMAND)].map(
  ([, args = '', file = '']) => ({args: args.split(' '), file}),
);

describe('examples/traces', () => {
  test('are made by the commands in their README', () => {
    expect(commands.map(({file}) => file)).toEqual(['shop.log', 'api.ndjson']);
  });

  test.each(commands)('$file: the command gives the committed bytes', async ({args, file}) => {
    const folder = mkdtempSync(join(tmpdir(), 'ratectl-examples-'));
    try {
      await runGenerate(args, {cwd: folder});
      const made = readFileSync(join(folder, file));
      expect(made.equals(readFileSync(new URL(file, EXAMPLES)))).toBe(true);
      expect(made.length).toBeLessThan(400_000);
    } finally {
      rmSync(folder, {recursive: true});
    }
  });

  test('shop.log: only the scanner sends more than 20 requests in any two seconds', () => {
    const lines = readFileSync(new URL('shop.log', EXAMPLES), 'utf8').trim().split('\n');
    const counts = new Map<string, number>();
    for (const line of lines) {
      const [, address = '', second = ''] = /^(\S+) .*\[05\/Jan\/2026:(\S+)/.exec(line) ?? [];
      const at = Date.parse(`2026-01-05T${second}Z`) / 1000;
      for (const start of [at - 1, at])
        counts.set(`${address} ${start}`, (counts.get(`${address} ${start}`) ?? 0) + 1);
    }
    const loud = [...counts].filter(([, n]) => n > 20).map(([key]) => key.split(' ')[0]);
    expect(new Set(loud)).toEqual(new Set(['203.0.113.66']));
  });

  test('api.ndjson: the outage is in the middle, and its clients come back in lockstep', () => {
    const lines = readFileSync(new URL('api.ndjson', EXAMPLES), 'utf8').trim().split('\n');
    const requests = lines.map((line) => JSON.parse(line) as {ts: number; status: number});
    const failed = requests.filter(({status}) => status === 503).map(({ts}) => ts);
    const cut = Date.parse('2026-01-05T12:04:00Z');
    expect(failed[0]).toBeGreaterThanOrEqual(cut - 20_000);
    expect(failed.at(-1)).toBeLessThan(cut + 40_000);
    for (const seconds of [1, 3, 7, 15, 31]) {
      expect(requests.filter(({ts}) => ts === cut + seconds * 1000).length).toBeGreaterThan(25);
    }
  });
});
