import {compareBench} from '../../../src/bench/compare-bench.ts';
import type {BenchReport} from '../../../src/view/model/bench-report.ts';
import {latencies, made, measuredRun, resultOf, store} from '../../bench-command/results.ts';

/** Stores side by side, with several runs and everything that can be asked for in an open loop. */
export const openReport = (): BenchReport => {
  const runs = (scale: number, serverCpu: number | null) =>
    [1, 1.02, 1.01].map((more) =>
      measuredRun({values: latencies(4_000, scale * more), seconds: 4}, {serverCpu}),
    );
  const report = made(
    [
      store({name: 'memory', url: 'memory:', server: 'memory', runs: runs(0.1, null)}),
      store({
        remarks: ['without append-only file: a crash forgets what was written since the last snapshot'],
        runs: runs(1, 0.31),
        accuracy: {
          processes: 4,
          ratePerSecond: 1_000,
          burst: 100,
          offeredPerSecond: 3_000,
          requests: 8_960,
          admitted: 3_093,
          budget: 3_094,
          accuracy: 0.99968,
          falsePositives: 1,
          falsePositiveRate: 1 / 8_960,
          falseNegatives: 0,
        },
      }),
      store({
        name: 'postgres',
        url: 'postgres://app@db:5432/app',
        server: 'postgres 15.18',
        runs: runs(60, null),
      }),
    ],
    {runs: 3, durationMs: 4_000},
  );
  const before = made([store({runs: [measuredRun({values: latencies(4_000, 0.7), seconds: 4})]})]);
  const earlier = {file: 'before.json', generatedAt: '2026-11-01T00:00:00.000Z', report: before};
  return {...report, comparison: compareBench(report, earlier, 0.1)};
};

/** A closed loop that lost its store, was interrupted, on a busy machine. */
export const troubledReport = (): BenchReport => {
  const outages = [{lastAnswerAt: 1_500, noticedAt: 1_510, firstAnswerAt: 3_600}];
  const run = measuredRun(
    {
      seconds: 4,
      outages,
      more: {
        withoutStore: 2_006,
        denied: 300,
        remembered: 250,
        errors: new Map([['no such thing', 2]]),
        unsent: 12,
      },
    },
    {loop: 'closed', reachedAt: 3_000},
  );
  const silent = resultOf().steps[0]!;
  const steps = [
    silent,
    {...silent, allowed: 0, withoutStore: 1_003, latency: {counts: [], sum: 0, max: 0}},
    silent,
  ];
  const result = {...run.result, steps};
  return {
    ...made(
      [
        store({
          loop: 'closed',
          runs: [
            {
              ...run,
              result,
              run: {
                ...run.run,
                series: run.run.series.map((point, i) =>
                  i === 1 ? {...point, allowed: 0, withoutStore: 1_003, p50Us: 0, p99Us: 0, maxUs: 0} : point,
                ),
              },
            },
          ],
        }),
      ],
      {
        loop: 'closed',
        ratePerSecond: null,
        arrivals: null,
        connections: 50,
        distribution: 'hot',
        policyFile: 'p.yaml',
        attributes: {plan: 'free'},
      },
      {pauseMaxUs: 68_000},
    ),
    interrupted: true,
  };
};

export const sweepReport = (): BenchReport => {
  const step = (ratePerSecond: number, verdict: 'holds' | 'slow' | 'behind', p99Us: number) => ({
    ratePerSecond,
    verdict,
    decisionsPerSecond: verdict === 'behind' ? ratePerSecond - 1_234 : ratePerSecond,
    p50Us: 90,
    p99Us,
    latenessP99Us: 12,
    clientCpu: 0.62,
  });
  return made(
    [
      store({
        sweep: {
          steps: [
            step(8_000, 'holds', 900),
            step(16_000, 'slow', 6_100),
            step(16_000, 'behind', 41_000),
            step(12_000, 'holds', 2_300),
          ],
          kneePerSecond: 12_000,
          limitedBy: 'store',
        },
      }),
    ],
    {loop: 'sweep', arrivals: 'constant', p99Us: 5_000},
  );
};

export const emptyReport = (): BenchReport => made([store({runs: []})]);

export const HOSTILE = '\u001b[31m"><script>alert(1)</script>\u202e|`@x\n=1+1';

/** Texts from outside wherever there are any. */
export const hostileReport = (): BenchReport => {
  const report = openReport();
  return {
    ...report,
    settings: {...report.settings, policyFile: HOSTILE, attributes: {[HOSTILE]: HOSTILE}},
    stores: report.stores.map((one) => ({
      ...one,
      url: HOSTILE,
      server: HOSTILE,
      remarks: [HOSTILE],
      total: {...one.total!, errors: [{message: HOSTILE, count: 1}]},
    })),
    targets: report.targets.map((target) => ({...target, store: HOSTILE})),
    noise: {tooNoisy: true, reasons: [HOSTILE]},
    comparison: {
      ...report.comparison!,
      file: HOSTILE,
      differing: [HOSTILE],
      differences: report.comparison!.differences.map((one) => ({...one, store: HOSTILE})),
    },
  };
};
