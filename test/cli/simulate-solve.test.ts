import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, describe, expect, test} from 'vitest';
import {ExitCode} from '../../src/base/exit-code.ts';
import {runProgram} from '../../src/cli/program.ts';
import type {SimulateReport} from '../../src/view/model/simulate-report.ts';
import {schemaErrors} from '../support/json-schema-check.ts';
import {testContext} from './test-context.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const LOG = join(ROOT, 'examples/traces/shop.log');
const schema = JSON.parse(readFileSync(join(ROOT, 'docs/json/simulate.schema.json'), 'utf8')) as Readonly<
  Record<string, unknown>
>;
const folder = mkdtempSync(join(tmpdir(), 'ratectl-solve-'));
afterAll(() => rmSync(folder, {recursive: true}));

const policyOf = (name: string, limit: string): string => {
  const path = join(folder, name);
  writeFileSync(path, `version: 1\nlimits: [{name: a, key: "{ip}", ${limit}}]\n`);
  return path;
};

const simulate = async (...flags: readonly string[]) => {
  const context = testContext();
  await runProgram(['simulate', LOG, ...flags, '--json'], context);
  const {out, err} = context.written;
  const answer = out === '' ? undefined : JSON.parse(out);
  if (answer !== undefined) expect(schemaErrors(schema, answer)).toEqual([]);
  return {exit: context.exitCode, err, data: answer?.data as SimulateReport};
};

describe('ratectl simulate --solve', {timeout: 60_000}, () => {
  test.each([
    [
      'a burst that is written and equals the rate',
      'rate: 5/s, burst: 5',
      'burst',
      (n: number) => `rate: 5/s, burst: ${n}`,
    ],
    ['a burst that follows the rate', 'rate: 2/s', 'rate', (n: number) => `rate: ${n}/s`],
    ['a rate with decimals', 'rate: 1.67/s', 'rate', (n: number) => `rate: ${n}/s`],
    [
      'an override that has the rate from the limit',
      'rate: 1/s, overrides: { "66.249.66.194": { burst: 2 } }',
      'rate',
      (n: number) => `rate: ${n}/s, overrides: { "66.249.66.194": { burst: 2 } }`,
    ],
  ])('finds what the policy needs when it is written there: %s', async (_, limit, field, written) => {
    const target = 'limit.a.denied < 2%';
    const {exit, data} = await simulate(
      ...['--policy', policyOf('old.yaml', limit), '--solve', `limit.a.${field}`, '--target', target],
    );
    expect(exit).toBe(0);
    const value = data.solve!.value!;
    const rateWith = async (number: number): Promise<number> => {
      const run = await simulate('--policy', policyOf('new.yaml', written(number)));
      return run.data.limits[0]!.denied / run.data.limits[0]!.requests;
    };
    expect(value).toBeGreaterThan(1);
    expect(await rateWith(value)).toBeLessThan(0.02);
    expect(await rateWith(value - 1)).toBeGreaterThanOrEqual(0.02);
  });

  test('finds nothing where what is written beside the number forbids it', async () => {
    const {exit, data} = await simulate(
      ...['--policy', policyOf('old.yaml', 'rate: 5/s, burst: 1'), '--solve', 'limit.a.rate'],
      ...['--target', 'denied < 0.1%'],
    );
    expect([exit, data.solve!.value]).toEqual([ExitCode.conditionMet, null]);
  });

  test('compares with the other policy where the target is about flips', async () => {
    const {data} = await simulate(
      ...['--policy', policyOf('old.yaml', 'rate: 1/s'), '--against', policyOf('other.yaml', 'rate: 4/s')],
      ...['--solve', 'limit.a.rate', '--target', 'allowToDeny == 0'],
    );
    expect(data.solve!.value).toBe(4);
    expect(data.diff).toMatchObject({allowToDeny: 0, denyToAllow: 0});
  });

  test.each([
    ['--target', ['--solve', 'limit.a.rate', '--target', 'allowToDeny == 0']],
    ['--fail-if', ['--fail-if', 'denyToAllow > 0']],
  ])('%s that is about flips is refused without --against', async (_, flags) => {
    const running = simulate('--policy', policyOf('old.yaml', 'rate: 1/s'), ...flags);
    await expect(running).rejects.toMatchObject({
      exit: ExitCode.usage,
      hint: 'name the other one with --against',
    });
  });
});
