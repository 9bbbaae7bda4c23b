import {describe, expect, test} from 'vitest';
import {AttributeColumns} from '../../src/engine/attribute-columns.ts';
import {isEnforced} from '../../src/engine/rollout.ts';
import {reportOfReplay} from '../../src/operate/report/report-of-replay.ts';
import {parsePolicy} from '../../src/policy/load-policy.ts';
import {Replay} from '../../src/simulate/replay.ts';
import {mergeResults} from '../../src/simulate/replay-result.ts';
import {batchOf} from '../../src/trace/batch-of.ts';
import type {SimulateReport} from '../../src/view/model/simulate-report.ts';
import {simulateMarkdown} from '../../src/view/simulate/markdown.ts';
import {simulateTable} from '../../src/view/simulate/table.ts';

const KEYS = Array.from({length: 40}, (_, i) => `client-${i}`);
const REQUESTS = KEYS.flatMap((key) => [1, 2, 3].map((t) => ({t, key, plan: 'free'})));

const replay = (limit: string, requests = REQUESTS): SimulateReport => {
  const {policy} = parsePolicy(`version: 1\nlimits: [{name: a, ${limit}}]`, 'policy.yaml');
  const columns = new AttributeColumns();
  const run = new Replay(columns, {policy, against: undefined, shard: undefined, decisions: undefined});
  const batch = batchOf(columns, requests);
  run.run(batch, 0, batch.count);
  const {totals, limits, series, ...rest} = run.result(undefined);
  const trace = {
    files: ['t.ndjson'],
    format: 'ndjson',
    requests: rest.requests,
    skipped: 0,
    notRequests: 0,
    keys: rest.keys,
    start: '1970-01-01T00:00:00.000Z',
    end: '1970-01-01T00:00:00.000Z',
    outOfOrder: 0,
    cost: rest.cost,
  };
  return {trace, totals, limits, series, thresholds: []};
};

const enforcedAt = (share: number) =>
  KEYS.filter((key) => isEnforced({mode: 'enforce', rollout: share}, new TextEncoder().encode(key)));

const STYLE = {width: 80, colour: false, ascii: false};
const FORMS = ['rate: 1/d', 'tier: "{plan}", tiers: { free: { rate: 1/d } }'];

describe.each(FORMS)('a limit in a rollout (%s)', (form) => {
  test('tells the denials that only count from those that deny', () => {
    const {totals, limits} = replay(`${form}, rollout: 30%`);
    const enforced = enforcedAt(0.3);
    expect(enforced.length).toBeGreaterThan(0);
    expect(totals.denied).toBe(2 * enforced.length);
    expect(limits[0]).toMatchObject({denied: 80, shadowDenied: 80 - totals.denied, deniedKeys: 40});
    for (const {key, shadow} of limits[0]!.top)
      expect([key, shadow]).toEqual([key, enforced.includes(key.split(' ')[0]!) ? undefined : true]);
  });

  test('is no limit that denies a key for which it only counts', () => {
    const only = REQUESTS.filter(({key}) => !enforcedAt(0.3).includes(key));
    const report = replay(`${form}, rollout: 30%`, only);
    const text = simulateTable(report, STYLE, 'table');
    expect(report.totals.denied).toBe(0);
    expect(text).not.toContain('worst key');
    const count = report.limits[0]!.denied;
    expect(text.replaceAll(/\s+/g, ' ')).toContain(
      `a: ${count} of DENIED only count, as its rollout does not deny for their keys yet`,
    );
    expect(simulateMarkdown(report)).toContain(`\`a\`: ${count} of “denied” only count`);
    const told = reportOfReplay(report, {file: 'result.json', timeZone: 'UTC', keys: 10});
    expect(told.limits[0]).toMatchObject({denied: 0, shadowDenied: count, allowRate: 1});
  });

  test('names the worst key among those that it denies', () => {
    const text = simulateTable(replay(`${form}, rollout: 90%`), STYLE, 'table');
    const worst = /worst key +(\S+)/.exec(text)?.[1]?.replace(':', '');
    expect(enforcedAt(0.9)).toContain(worst);
  });
});

test('denials that only count add up over shards', () => {
  const {trace, totals, limits, series} = replay('rate: 1/d, rollout: 30%');
  const part = {...trace, totals, limits, series, diff: undefined};
  const [limit] = mergeResults([part, part], undefined).limits;
  expect(limit!.shadowDenied).toBe(2 * limits[0]!.shadowDenied!);
});

test('a limit without a rollout says nothing of it', () => {
  const [limit] = replay('rate: 1/d').limits;
  expect(limit).not.toHaveProperty('shadowDenied');
  expect(limit!.top[0]).not.toHaveProperty('shadow');
});
