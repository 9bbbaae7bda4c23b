import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import type {SimulateReport} from '../../src/view/model/simulate-report.ts';
import {type Answer, folderOf, run, traceOf} from './simulate-cli.ts';

const PLAN = '{name: plan, key: "{tenant}", rate: 1/h, burst: 1}';
const PER_IP = '{name: per-ip, key: "{ip}", rate: 1/h, burst: 1}';
const policyOf = (...limits: readonly string[]): string =>
  `version: 1\nlimits: [${limits.join(', ')}]\nthresholds: ["denied < 5%"]\n`;

const requests = (count: number, more: (i: number) => object = () => ({})): string =>
  traceOf(Array.from({length: count}, (_, i) => ({ip: `10.0.0.${i}`, ...more(i)})));

const COMBINED = '10.0.0.1 - - [05/Jan/2026:12:00:00 +0000] "GET /a HTTP/1.1" 200 5 "-" "-"\n';

const simulate = (policy: string, trace: string, ...flags: readonly string[]): Promise<Answer> =>
  run(folderOf({p: policy, t: trace}), inFolder(flags));
const inFolder = (flags: readonly string[]): readonly string[] => [
  'simulate',
  't',
  '--policy',
  'p',
  ...flags,
];

const noteOn = (limit: string, {err}: Answer): string | undefined =>
  err.split('\n').find((line) => line.startsWith(`note: limit ${limit} skipped`));

const SAID = 'no limit applied to any of 4 requests';

describe('a replay to which no limit applied', {timeout: 60_000}, () => {
  test.each([
    ['all lack an attribute of the key', policyOf(PLAN)],
    ['all are excluded', policyOf(PER_IP.replace('rate', 'when: {ip: "192.*"}, rate'))],
  ])('is no PASS, as a trace without requests: %s', async (_, policy) => {
    const {code, out, err} = await simulate(policy, requests(4));
    expect(out.split('\n')[0]).toBe(`WARN  ${SAID}`);
    expect(out).toContain('pass  denied < 5%');
    expect(err).toContain(`note: ${SAID}\n`);
    expect(code).toBe(0);
    const empty = await simulate(policy, '');
    expect([empty.code, empty.out.slice(0, 4)]).toEqual([0, 'WARN']);
  });

  test('is none without thresholds, too', async () => {
    const {out} = await simulate(`version: 1\nlimits: [${PLAN}]\n`, requests(4));
    expect(out.split('\n')[0]).toBe(`WARN  ${SAID}`);
  });

  test('says so in every form', async () => {
    const folder = folderOf({p: policyOf(PLAN), t: requests(4)});
    const files = {junit: join(folder, 'j'), summary: join(folder, 's')};
    const {out} = await run(folder, inFolder(['-o', 'md', '--ci', '--junit', 'j']), {
      GITHUB_STEP_SUMMARY: files.summary,
    });
    expect(out).toContain(`## ratectl simulate: ⚠️ WARN\n\n${SAID}\n`);
    expect(readFileSync(files.summary, 'utf8')).toContain('⚠️ WARN');
    expect(readFileSync(files.junit, 'utf8')).toContain(`<system-out>${SAID}</system-out>`);
    const {warnings} = JSON.parse((await run(folder, inFolder(['--json']))).out) as {warnings: string[]};
    expect(warnings).toContain(SAID);
  });

  test('fails where a threshold asks for limits that apply', async () => {
    const {code, out} = await simulate(policyOf(PLAN), requests(4), '--fail-if', 'unlimited == 100%');
    expect(out.split('\n')[0]).toBe(`FAIL  1 of 2 thresholds failed · ${SAID}`);
    expect(code).toBe(5);
  });

  test('is no PASS in a rehearsal', async () => {
    const {out} = await simulate(policyOf(PLAN), requests(4), '--capacity', '1', '--service-time', '10ms');
    expect(out).toMatch(new RegExp(`^WARN  goodput [^\n]*\n +${SAID}\n`));
  });

  test('is told of the whole, not of its shards', async () => {
    const folder = folderOf({q: policyOf(PLAN), t: requests(4)});
    const shards = await Promise.all(
      ['1/2', '2/2'].map(async (shard) => {
        const {out, err} = await run(folder, ['simulate', 't', '--policy', 'q', '--shard', shard, '--json']);
        expect(err).not.toContain('no limit applied');
        return out;
      }),
    );
    const parts = folderOf({'1': shards[0]!, '2': shards[1]!});
    const merged = await run(parts, ['simulate', 'merge', join(parts, '1'), join(parts, '2')]);
    expect(merged.out.split('\n')[0]).toBe(`WARN  ${SAID}`);
    const json = await run(parts, ['simulate', 'merge', join(parts, '1'), join(parts, '2'), '--json']);
    expect((JSON.parse(json.out) as {warnings: string[]}).warnings).toContain(SAID);
  });

  test.each([
    ['one limit of two applied', policyOf(PLAN, PER_IP), requests(4)],
    ['one request of many was limited', policyOf(PLAN), requests(40, (i) => (i === 7 ? {tenant: 'a'} : {}))],
    ['the limit is in shadow mode', policyOf(PER_IP.replace('rate', 'mode: shadow, rate')), requests(4)],
  ])('is not what this is: %s', async (_, policy, trace) => {
    const {out} = await simulate(policy, trace);
    expect(out).toMatch(/^PASS {2}the threshold holds · none of \d+ requests denied\n/);
  });

  test('is not what a rehearsal without limits is', async () => {
    const pool = 'version: 1\nconcurrency:\n  work: {max: 2}\n';
    const {out} = await simulate(pool, requests(4), '--service-time', '1ms', '--fail-if', 'denied > 1');
    expect(out).toMatch(/^PASS/);
  });
});

describe('the note on skipped requests', {timeout: 60_000}, () => {
  test.each([
    [
      'names the attribute and the way out',
      PLAN,
      requests(4),
      'limit plan skipped 4 requests without "tenant": --map tenant=FIELD says where it is read',
    ],
    [
      'names those that may be missing',
      PLAN.replace('{tenant}', '{tenant}:{org}'),
      requests(4),
      'limit plan skipped 4 requests without "tenant" or "org": --map tenant=FIELD,org=FIELD says where they are read',
    ],
    [
      'names none that the format always knows',
      PLAN.replace('{tenant}', '{tenant}:{path}'),
      COMBINED.repeat(3),
      'limit plan skipped 3 requests without "tenant": --map tenant=FIELD says where it is read',
    ],
    [
      'leaves the way out away where some requests have it',
      PLAN,
      requests(4, (i) => (i === 0 ? {tenant: 'a'} : {})),
      'limit plan skipped 3 requests without "tenant"',
    ],
    [
      'names the tier, which may be there and unknown',
      '{name: plan, key: all, tier: "{plan}", tiers: {pro: {rate: 1/s, burst: 2}}}',
      requests(4, () => ({plan: 'gold'})),
      'limit plan skipped 4 requests without a known tier ("plan")',
    ],
  ])('%s', async (_, limit, trace, note) => {
    expect(noteOn('plan', await simulate(policyOf(limit), trace))).toBe(`note: ${note}`);
  });

  test('blames no attribute that another limit found', async () => {
    const answer = await simulate(policyOf(PLAN.replace('{tenant}', '{ip}:{tenant}'), PER_IP), requests(4));
    expect(noteOn('plan', answer)).toBe(
      'note: limit plan skipped 4 requests without "tenant": --map tenant=FIELD says where it is read',
    );
  });

  test('does not advise what was done', async () => {
    const answer = await simulate(policyOf(PLAN), requests(4), '--map', 'tenant=org');
    expect(noteOn('plan', answer)).toBe('note: limit plan skipped 4 requests without "tenant"');
  });

  test('its way out is one', async () => {
    const trace = requests(4, () => ({org: 'a'}));
    const answer = await simulate(policyOf(PLAN), trace, '--map', 'tenant=org');
    expect(noteOn('plan', answer)).toBeUndefined();
    expect(answer.code).toBe(5);
  });

  test('stands in the JSON answer, too', async () => {
    const {out} = await simulate(policyOf(PLAN, PER_IP), requests(4), '--json');
    const {data, warnings} = JSON.parse(out) as {data: SimulateReport; warnings: string[]};
    expect(data.limits.map(({skipped}) => skipped)).toEqual([4, 0]);
    expect(warnings).toContain(
      'limit plan skipped 4 requests without "tenant": --map tenant=FIELD says where it is read',
    );
  });
});
