import {describe, expect, test} from 'vitest';
import {compareBench, differentLoad} from '../../src/bench/compare-bench.ts';
import type {BenchReport} from '../../src/view/model/bench-report.ts';
import {latencies, made, measuredRun, SETTINGS, store} from './results.ts';

const reportOf = (...scales: readonly number[]): BenchReport =>
  made([store({runs: scales.map((scale) => measuredRun({values: latencies(2_000, scale)}))})]);
const compared = (before: BenchReport, now: BenchReport, most = 0.1) =>
  compareBench(now, {file: 'before.json', generatedAt: '2026-11-01T00:00:00Z', report: before}, most);

describe('a result beside an earlier one', () => {
  test('the same twice is no regression', () => {
    const {regressed, differences, differing} = compared(reportOf(1), reportOf(1));
    expect(regressed).toBe(false);
    expect(differences.map(({metric, verdict}) => [metric, verdict])).toEqual([
      ['decisionsPerSecond', 'same'],
      ['p50Us', 'same'],
      ['p99Us', 'same'],
      ['p999Us', 'same'],
    ]);
    expect(differing).toEqual([]);
  });

  test.each([
    ['p50Us', 1.25, 'unclear'],
    ['p50Us', 1.5, 'worse'],
    ['p99Us', 1.9, 'unclear'],
    ['p99Us', 2.5, 'worse'],
  ] as const)('single runs tell no noise: %s × %f is %s', (metric, scale, verdict) => {
    const {differences} = compared(reportOf(1), reportOf(scale));
    expect(differences.find((one) => one.metric === metric)).toMatchObject({verdict, noise: null});
  });

  test.each([
    [{ratePerSecond: 2_000}, 'an open loop of 1000 requests/s before, an open loop of 2000 requests/s now'],
    [
      {loop: 'closed', connections: 50},
      'an open loop of 1000 requests/s before, a closed loop of 50 callers now',
    ],
    [{loop: 'sweep', p99Us: 5_000}, 'an open loop of 1000 requests/s before, a sweep with p99 below 5ms now'],
    [{keys: 7, processes: 2, connections: 9}, undefined],
  ] as const)('another load is another question: %j', (more, expected) => {
    expect(differentLoad(SETTINGS, {...SETTINGS, ...more})).toBe(expected);
  });

  test('single runs on a machine that was too noisy to tell are no regression', () => {
    const noisy = (report: BenchReport): BenchReport => ({...report, noise: {tooNoisy: true, reasons: []}});
    expect(compared(reportOf(1), reportOf(9)).regressed).toBe(true);
    expect(compared(noisy(reportOf(1)), reportOf(9)).regressed).toBe(false);
    expect(compared(reportOf(1), noisy(reportOf(9))).regressed).toBe(false);
    expect(compared(reportOf(1, 1, 1), noisy(reportOf(9, 9, 9))).regressed).toBe(true);
  });

  test('slower answers are one', () => {
    const {regressed, differences} = compared(reportOf(1, 1, 1), reportOf(1.3, 1.3, 1.3));
    expect(regressed).toBe(true);
    expect(differences.find(({metric}) => metric === 'p50Us')).toMatchObject({
      verdict: 'worse',
      judged: true,
      noise: 0,
    });
  });

  test('as much as is allowed is none', () => {
    expect(compared(reportOf(1), reportOf(1.3), 0.5).regressed).toBe(false);
  });

  test('within the noise nobody can tell', () => {
    const {regressed, differences} = compared(reportOf(0.8, 1.2, 1), reportOf(1.2, 1.5, 1.3));
    expect(regressed).toBe(false);
    expect(differences.find(({metric}) => metric === 'p50Us')).toMatchObject({verdict: 'unclear'});
  });

  test('a few very slow answers are shown and fail nothing', () => {
    const values = [...latencies(2_000)].sort((a, b) => a - b);
    const slow = [...values.slice(0, 1_997), 9e6, 9e6, 9e6];
    const {regressed, differences} = compared(
      made([store({runs: [measuredRun({values})]})]),
      made([store({runs: [measuredRun({values: slow})]})]),
    );
    expect(differences.find(({metric}) => metric === 'p999Us')).toMatchObject({
      verdict: 'worse',
      judged: false,
    });
    expect(regressed).toBe(false);
  });

  test('a lower knee is one', () => {
    const swept = (kneePerSecond: number): BenchReport =>
      made([store({sweep: {steps: [], kneePerSecond, limitedBy: 'store'}})], {loop: 'sweep', p99Us: 5_000});
    expect(compared(swept(10_000), swept(8_000)).differences[0]).toMatchObject({
      metric: 'kneePerSecond',
      change: -0.2,
      verdict: 'worse',
    });
  });

  test('says which settings and servers differ, and which store was not measured before', () => {
    const now = made([store({server: 'redis 8.2'}), store({name: 'postgres', server: 'postgres 15'})], {
      ratePerSecond: 2_000,
      processes: 4,
    });
    expect(compared(reportOf(1), now).differing).toEqual([
      'rate: 1000 before, 2000 now',
      'processes: 1 before, 4 now',
      'redis: redis 7.0.15 before, redis 8.2 now',
      'postgres: not measured before',
    ]);
  });
});
