import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {recordAudit} from '../../src/store/record-audit.ts';
import {schemaErrors} from '../support/json-schema-check.ts';
import {type LiveCli, liveCli} from './live-cli.ts';

const schema = JSON.parse(
  readFileSync(join(import.meta.dirname, '..', '..', 'docs/json/audit.schema.json'), 'utf8'),
) as Readonly<Record<string, unknown>>;

const journal = async (resets = 1): Promise<LiveCli> => {
  const cli = liveCli();
  await cli.with(async (store) => {
    const who = {by: 'ada', host: 'build-7', why: 'x', keys: 1};
    for (let i = 0; i < resets; i++)
      await recordAudit(store, {action: 'reset', target: `per-ip/${i}`, receipt: 'r.jsonl', ...who});
    const note = 'attempt 17 (due): failed (http-503, token 4)';
    await recordAudit(store, {action: 'token-refresh', target: 'google', note, ...who});
  });
  return cli;
};

const actionsIn = (out: string): readonly string[] =>
  out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as {action: string}).action);

test('what came of it is in wide, JSON and CSV', async () => {
  const cli = await journal();
  expect((await cli.run('audit')).out).not.toContain('http-503');
  for (const form of ['wide', 'json', 'jsonl', 'csv'])
    expect((await cli.run('audit', '-o', form)).out, form).toContain('attempt 17 (due): failed (http-503');
});

test('docs/json/audit.schema.json describes the answer', async () => {
  const cli = await journal();
  expect(schemaErrors(schema, JSON.parse((await cli.run('audit', '--json')).out))).toEqual([]);
});

test('--action and --target choose entries', async () => {
  const cli = await journal(3);
  const found = async (...args: readonly string[]) =>
    actionsIn((await cli.run('audit', '-o', 'jsonl', ...args)).out);
  expect(await found('--action', 'token')).toEqual(['token-refresh']);
  expect(await found('--target', 'per-ip/')).toEqual(['reset', 'reset', 'reset']);
  expect(await found('--target', 'per-ip/', '--limit', '2')).toEqual(['reset', 'reset']);
  expect((await cli.run('audit', '--action', 'undo', '--fail-empty')).code).toBe(7);
});

test('--limit 0 is all of them, as in other lists', async () => {
  const cli = await journal(60);
  expect(actionsIn((await cli.run('audit', '-o', 'jsonl')).out)).toHaveLength(50);
  expect(actionsIn((await cli.run('audit', '-o', 'jsonl', '--limit', '0')).out)).toHaveLength(61);
});
