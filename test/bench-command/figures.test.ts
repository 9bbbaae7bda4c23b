import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {barsOf} from '../../src/bench/figures.ts';
import {histogramOf, mergeLoad, mergeOutages} from '../../src/bench/merge-load.ts';
import {storeNames} from '../../src/bench/store-names.ts';
import {made, measuredRun, resultOf, store} from './results.ts';

describe('processes that ran together', () => {
  test('add up: counts, latencies, steps, CPU; the longest of what lasts', () => {
    const merged = mergeLoad([
      resultOf({values: [10, 20], more: {silence: 5, errors: new Map([['a', 1]]), late: 1}}),
      resultOf({
        values: [30, 40, 50],
        seconds: 3,
        more: {
          silence: 9,
          errors: new Map([
            ['a', 2],
            ['b', 1],
          ]),
        },
      }),
    ]);
    expect(merged).toMatchObject({
      allowed: 5,
      late: 1,
      silence: 9,
      elapsed: 3_000_000,
      cpu: 1_000_000,
      cpuOver: 3_000_000,
    });
    expect(merged.errors).toEqual(
      new Map([
        ['a', 3],
        ['b', 1],
      ]),
    );
    expect(histogramOf(merged.response).max).toBe(50);
    expect(merged.steps.map(({allowed}) => allowed)).toEqual([2, 2, 1]);
  });

  test('give the same percentiles as one process with all of it', () => {
    const values = fc.array(fc.nat(10_000_000), {minLength: 1, maxLength: 100});
    fc.assert(
      fc.property(fc.array(values, {minLength: 1, maxLength: 5}), (all) => {
        const merged = histogramOf(mergeLoad(all.map((one) => resultOf({values: one}))).response);
        const whole = histogramOf(resultOf({values: all.flat()}).response);
        for (const share of [0.5, 0.9, 0.99, 1])
          expect(merged.percentile(share)).toBe(whole.percentile(share));
        expect([merged.count, merged.max, merged.mean]).toEqual([whole.count, whole.max, whole.mean]);
      }),
    );
  });

  test.each([
    [
      'two of one loss are one, until the last process has an answer',
      [
        [0, 100, 500],
        [20, 120, 700],
      ],
      [[0, 100, 700]],
    ],
    [
      'losses after each other stay apart',
      [
        [0, 100, 500],
        [600, 700, 800],
      ],
      [
        [0, 100, 500],
        [600, 700, 800],
      ],
    ],
    [
      'one process never had an answer again',
      [
        [0, 100, undefined],
        [10, 90, 400],
      ],
      [[0, 90, undefined]],
    ],
    ['none', [], []],
  ] as const)('losses of the store: %s', (_, given, expected) => {
    const outage = ([lastAnswerAt, noticedAt, firstAnswerAt]: readonly [
      number,
      number,
      number | undefined,
    ]) => ({lastAnswerAt, noticedAt, firstAnswerAt});
    expect(mergeOutages(given.map(outage))).toEqual(expected.map(outage));
  });

  test('decisions are in the order of the clock of the store, those that were allowed first', () => {
    const kept = (now: readonly number[], allowed: readonly number[]) =>
      resultOf({more: {decisions: {now: Float64Array.from(now), allowed: Uint8Array.from(allowed)}}});
    const {decisions} = mergeLoad([kept([5, 9], [0, 1]), kept([1, 5], [1, 1])]);
    expect([...decisions!.now]).toEqual([1, 5, 5, 9]);
    expect([...decisions!.allowed]).toEqual([1, 1, 0, 1]);
  });
});

describe('the histogram', () => {
  test('counts every latency once, between round numbers, without empty ends', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(100_000_000), {minLength: 1, maxLength: 200}), (values) => {
        const bars = barsOf(resultOf({values}).response);
        expect(bars.reduce((sum, {count}) => sum + count, 0)).toBe(values.length);
        expect(bars[0]!.count).toBeGreaterThan(0);
        expect(bars.at(-1)!.count).toBeGreaterThan(0);
        expect(bars.every(({fromUs}, i) => i === 0 || fromUs === bars[i - 1]!.toUs)).toBe(true);
      }),
    );
    expect(barsOf(resultOf({values: []}).response)).toEqual([]);
  });
});

describe('all runs of a store', () => {
  test('have the median of rates and the percentiles of all latencies', () => {
    const runs = [1_000, 2_000, 9_000].map((count) =>
      measuredRun({values: Array.from({length: count}, () => count)}),
    );
    const [{total, spread}] = made([store({runs})]).stores as [ReturnType<typeof made>['stores'][0]];
    expect(total).toMatchObject({decisionsPerSecond: 1_000, allowed: 12_000});
    expect(total!.response!.p50Us).toBeGreaterThanOrEqual(9_000);
    expect(spread.decisionsPerSecond).toBe(4);
  });

  test('of a closed loop know no response', () => {
    const {run} = measuredRun({}, {loop: 'closed'});
    expect([run.response, run.lateness]).toEqual([null, null]);
  });

  test('a server that does not tell its CPU has none', () => {
    const silent = measuredRun({}, {serverCpu: null});
    expect(silent.run.serverCpu).toBeNull();
    expect(made([store({runs: [silent]})]).stores[0]!.total!.serverCpu).toBeNull();
  });

  test('without a run there is no total', () => {
    expect(made([store({runs: []})]).stores[0]!.total).toBeNull();
  });

  test('a loss tells when it began, how long nothing was answered, and how soon after the store was there', () => {
    const outages = [{lastAnswerAt: 1_500, noticedAt: 1_510, firstAnswerAt: 3_600}];
    const {run} = measuredRun({outages}, {reachedAt: 3_000});
    expect(run.outages).toEqual([{atMs: 1_500, withoutAnswersMs: 2_100, recoveryMs: 600}]);
    expect(made([store({runs: [measuredRun({outages}, {reachedAt: 3_000})]})]).targets).toContainEqual({
      store: 'redis',
      name: 'recovery',
      actual: 600,
      target: 5_000,
      met: true,
    });
  });
});

describe('how sure it is', () => {
  const runs = (...rates: readonly number[]) =>
    rates.map((rate) => measuredRun({values: Array.from({length: rate}, () => 100)}));

  test.each([
    ['runs that agree', [2_000, 2_020, 2_040], {}, false, []],
    ['runs that differ', [2_000, 2_500, 2_200], {}, false, [/differ by 23% in decisions/]],
    ['runs that differ much', [2_000, 4_000, 2_200], {}, true, [/differ by 91% in decisions/]],
    [
      'a busy machine',
      [2_000, 2_000],
      {pauseMaxUs: 68_340},
      true,
      [/kept waiting for up to 68.3ms: the machine is busy/],
    ],
    ['a pause', [2_000, 2_000], {pauseMaxUs: 4_194}, false, [/up to 4.2ms: latencies of that size/]],
    ['a single run', [2_000], {}, false, [/a single run/]],
  ] as const)('%s', (_, rates, machine, tooNoisy, reasons) => {
    const {noise} = made([store({runs: runs(...rates)})], {}, machine);
    expect(noise.tooNoisy).toBe(tooNoisy);
    expect(noise.reasons).toHaveLength(reasons.length);
    for (const [i, reason] of reasons.entries()) expect(noise.reasons[i]).toMatch(reason);
  });

  test('requests that started late, and a client at its limit', () => {
    const late = measuredRun({
      values: Array.from({length: 100}, () => 5_000),
      more: {cpu: 2_000_000, idle: 0, lateness: resultOf({values: [4_900]}).response},
    });
    const {noise} = made([store({runs: [late, late]})]);
    expect(noise.reasons.join('\n')).toMatch(
      /started up to 4.9ms late[\s\S]*client used 100% of a core in one process/,
    );
  });
});

test('stores of the same kind are numbered', () => {
  expect(storeNames(['redis', 'memory', 'redis', 'redis'])).toEqual([
    'redis',
    'memory',
    'redis 2',
    'redis 3',
  ]);
});
