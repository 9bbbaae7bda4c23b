import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, describe, expect, test} from 'vitest';
import {runProgram} from '../../src/cli/program.ts';
import {schemaErrors} from '../support/json-schema-check.ts';
import {testContext} from './test-context.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const schema = JSON.parse(readFileSync(join(ROOT, 'docs/json/simulate.schema.json'), 'utf8')) as Readonly<
  Record<string, unknown>
>;
const at = (path: string): string => join(ROOT, 'examples', path);
const folder = mkdtempSync(join(tmpdir(), 'ratectl-schema-'));
afterAll(() => rmSync(folder, {recursive: true}));

const LOG = at('traces/shop.log');
const PER_IP = ['--policy', at('policies/per-ip.yaml')];

const simulate = async (...flags: readonly string[]): Promise<unknown> => {
  const context = testContext();
  await runProgram(['simulate', ...flags, '--json'], context);
  return JSON.parse(context.written.out);
};

describe('docs/json/simulate.schema.json', {timeout: 60_000}, () => {
  test.each([
    ['a run', [LOG, ...PER_IP]],
    ['two policies', [LOG, ...PER_IP, '--against', at('policies/nginx.yaml')]],
    ['bounds', [LOG, ...PER_IP, '--bounds']],
    ['solve', [LOG, ...PER_IP, '--solve', 'limit.per-ip.rate', '--target', 'denied < 1%']],
    ['a shard', [LOG, ...PER_IP, '--shard', '1/3', '--fail-if', 'denied > 0']],
    [
      'a rehearsal by flags',
      [LOG, ...PER_IP, '--capacity', '2', '--service-time', '200ms', '--deadline', '1s'],
    ],
    [
      'a rehearsal of all that a policy can say',
      [LOG, '--policy', at('policies/overload.yaml'), '--capacity', '2', '--service-time', 'exp(300ms)'],
    ],
    [
      'a rehearsal of two policies',
      [LOG, ...PER_IP, '--against', at('policies/overload.yaml'), '--service-time', 'exp(300ms)'],
    ],
    ['costs and tiers', [at('traces/api.ndjson'), '--policy', at('policies/tiers.yaml')]],
  ])('describes the answer: %s', async (_, flags) => {
    expect(schemaErrors(schema, await simulate(...flags))).toEqual([]);
  });

  test('describes the answer for an empty trace', async () => {
    const empty = join(folder, 'empty.ndjson');
    writeFileSync(empty, '');
    expect(schemaErrors(schema, await simulate(empty, ...PER_IP))).toEqual([]);
  });

  test('refuses what it does not describe', async () => {
    const report = (await simulate(LOG, ...PER_IP)) as {data: {totals: Record<string, unknown>}};
    expect(schemaErrors(schema, {...report, data: {...report.data, extra: 1}})).toEqual([
      '$.data.extra: not allowed',
    ]);
    expect(
      schemaErrors(schema, {...report, data: {...report.data, totals: {...report.data.totals, denied: -1}}}),
    ).toEqual(['$.data.totals.denied: minimum']);
    expect(schemaErrors(schema, {...report, generatedAt: 'today'})).toEqual(['$.generatedAt: pattern']);
  });
});
