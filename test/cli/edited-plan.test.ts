import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {fill, keysOf, type LiveCli, liveCli} from './live-cli.ts';

const KEYS = ['per-ip/a', 'per-ip/b', 'per-ip/c'];

const planned = async (): Promise<LiveCli> => {
  const cli = liveCli();
  await fill(
    cli,
    KEYS.map((key) => ['per-ip', key.slice(7)] as const),
  );
  await cli.run('reset', '--prefix', 'per-ip/', '--plan-out', 'p.jsonl');
  return cli;
};

const edit = (cli: LiveCli, change: (lines: string[]) => readonly string[]): void => {
  const path = join(cli.folder, 'p.jsonl');
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  writeFileSync(path, `${change(lines).join('\n')}\n`);
};

const APPLY = ['reset', '--plan', 'p.jsonl', '--yes', '--reason', 'x'] as const;

test.each([
  [
    'something in the place of a row',
    (lines: string[]) =>
      lines.map((line) => line.replace('"after":null', '"after":{"words":[1,2,3],"expiresAt":null}')),
    /p\.jsonl:2: a plan only takes rows away/,
  ],
  [
    'a row where there is none',
    (lines: string[]) => lines.map((line) => line.replace(/"before":\{[^}]*\}/, '"before":null')),
    /p\.jsonl:2: a plan only takes rows away/,
  ],
  ['a line less', (lines: string[]) => lines.toSpliced(1, 1), /is of 3 keys and has 2: it was changed/],
  [
    'a line twice',
    (lines: string[]) => lines.toSpliced(1, 0, lines[1]!),
    /is of 3 keys and has 4: it was changed/,
  ],
])('a plan that was changed to have %s is refused, and nothing is done', async (_, change, message) => {
  const cli = await planned();
  edit(cli, change);
  const {code, err} = await cli.run(...APPLY);
  expect([code, err]).toEqual([2, expect.stringMatching(message)]);
  expect(await keysOf(cli)).toEqual(KEYS);
  const looked = await cli.run('reset', '--plan', 'p.jsonl', '--dry-run');
  expect(looked.code).toBe(2);
});

test('one that was not is applied', async () => {
  const cli = await planned();
  expect((await cli.run(...APPLY)).code).toBe(0);
  expect(await keysOf(cli)).toEqual([]);
});
