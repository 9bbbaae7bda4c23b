import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {
  judge,
  type MeasuredRun,
  measure,
  parseThreshold,
  passes,
  refuseUnmeasured,
} from '../../src/simulate/threshold.ts';
import type {RehearsalReport, RehearsedSide} from '../../src/view/model/rehearsal-report.ts';
import {formatActual} from '../../src/view/simulate/actual.ts';
import {emptyTrace} from '../view/reports.ts';

const limit = {...emptyTrace.limits[0]!, name: 'plan'};
const {totals} = emptyTrace;
const trace = {...emptyTrace.trace, skipped: 0};
const nothing = {trace, totals, limits: [limit]};

const parse = (expr: string) => parseThreshold(expr, 'policy.yaml:3', ['plan']);

const holds = (expr: string, report: typeof nothing): boolean => {
  const threshold = parse(expr);
  return passes(threshold, measure(threshold, report));
};

/** A decimal number with a digit behind the point, as people write percents. */
const tenths = (value: number): string => `${Math.floor(value / 10)}.${value % 10}`;

describe('the bound of a threshold', () => {
  it('is met by exactly that share, whatever its digits', () => {
    fc.assert(
      fc.property(fc.integer({min: 0, max: 1_000}), fc.integer({min: 1, max: 1_000}), (denied, thousands) => {
        const requests = 1_000 * thousands;
        const report = {
          ...nothing,
          trace: {...trace, requests},
          totals: {...totals, denied: denied * thousands, deniedRate: (denied * thousands) / requests},
        };
        const percent = tenths(denied);
        expect(holds(`denied <= ${percent}%`, report)).toBe(true);
        expect(holds(`denied == ${percent}%`, report)).toBe(true);
        expect(holds(`deniedRate >= ${percent}%`, report)).toBe(true);
        expect(holds(`denied < ${percent}%`, report)).toBe(false);
      }),
    );
  });

  it.each([
    ['denied < 0.7%', 0.007],
    ['denied < 7e-1%', 0.007],
    ['denied < 70E-2 %', 0.007],
    ['denied < 2.9e1%', 0.29],
    ['latency.p99 < 0.07s', 70],
    ['latency.p99 < 0.07m', 4_200],
    ['latency.p99 < 1100us', 1.1],
    ['rehearsal.good >= 99.9%', 0.999],
  ])('%s is %d', (expr, value) => {
    expect(parse(expr).value).toBe(value);
  });
});

describe('the share of what was skipped', () => {
  it('is that of all requests where a limit skipped each of them', () => {
    const report = {...nothing, limits: [{...limit, skipped: 1_000}]};
    expect(measure(parse('limit.plan.skipped < 1%'), report)).toBe(1);
    expect(holds('limit.plan.skipped < 1%', report)).toBe(false);
  });

  it('is never more than all', () => {
    const report = {
      ...nothing,
      trace: {...trace, requests: 3, skipped: 997},
      limits: [{...limit, requests: 10, skipped: 30}],
    };
    expect(measure(parse('skipped < 1%'), report)).toBe(0.997);
    expect(measure(parse('limit.plan.skipped < 1%'), report)).toBe(0.75);
    expect(measure(parse('limit.plan.skipped < 1'), report)).toBe(30);
  });

  it('is nothing of nothing', () => {
    expect(measure(parse('skipped < 1%'), nothing)).toBe(0);
  });
});

describe('a threshold that nothing would be measured of', () => {
  const busy = parse('rehearsal.busy < 90%');
  const replay = {server: undefined, against: undefined};
  const rehearsal = (capacity: number): MeasuredRun => ({...replay, server: {capacity}});

  it('is refused where the capacity has no bound', () => {
    expect(() => refuseUnmeasured([busy], rehearsal(Number.POSITIVE_INFINITY))).toThrow(
      'policy.yaml:3: threshold "rehearsal.busy < 90%": it is a share of the capacity of the server',
    );
    expect(() => refuseUnmeasured([busy], rehearsal(10))).not.toThrow();
  });

  it.each(['allowToDeny == 0', 'denyToAllow < 1%'])('is refused where nothing is compared: %s', (expr) => {
    expect(() => refuseUnmeasured([parse(expr)], replay)).toThrow('there is only one');
    expect(() => refuseUnmeasured([parse(expr)], {...replay, against: {}})).not.toThrow();
  });

  it('is refused where the run is no rehearsal', () => {
    expect(() => refuseUnmeasured([busy], replay)).toThrow('only a rehearsal measures it');
    expect(() => refuseUnmeasured([parse('denied < 1')], replay)).not.toThrow();
  });
});

describe('a latency', () => {
  const side: RehearsedSide = {
    arrivals: 1_000,
    good: 0,
    late: 0,
    failed: 0,
    refused: {degradation: 0, breaker: 0, limit: 1_000, queueFull: 0, queueTimeout: 0},
    goodput: 0,
    goodShare: 0,
    latencyMs: null,
    longestQueue: 0,
    longestBacklog: 0,
    busy: null,
  };
  const rehearsed = (of: RehearsedSide): typeof nothing & {readonly rehearsal: RehearsalReport} => ({
    ...nothing,
    rehearsal: {
      server: {capacity: null, serviceTime: 'trace', deadlineMs: null, seed: 1},
      protected: of,
      series: {bucketMs: 1, buckets: []},
      transitions: {count: 0, first: []},
    },
  });

  it('fails as a threshold where every request was refused, whatever its bound', () => {
    for (const source of ['policy.yaml:3', '--fail-if']) {
      const threshold = parseThreshold('latency.p99 < 500ms', source, []);
      expect(judge(threshold, rehearsed(side))).toEqual({
        expr: 'latency.p99 < 500ms',
        source,
        actual: null,
        pass: false,
      });
    }
    expect(formatActual('latency.p99 < 500ms', null)).toBe('none');
  });

  it('of no requests at all is nothing that fails', () => {
    const empty = {...side, arrivals: 0, refused: {...side.refused, limit: 0}};
    expect(judge(parse('latency.p99 < 500ms'), rehearsed(empty)).pass).toBe(true);
  });
});
