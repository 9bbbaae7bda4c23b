import {describe, expect, it} from 'vitest';
import {measure, parseThreshold, passes, refuseWithoutRehearsal} from '../../src/simulate/threshold.ts';

const report = {
  trace: {
    files: [],
    format: 'ndjson',
    requests: 1000,
    skipped: 3,
    notRequests: 0,
    keys: 50,
    start: null,
    end: null,
    outOfOrder: 0,
    cost: 1000,
  },
  totals: {allowed: 990, denied: 10, deniedRate: 0.01, never: 1, delayed: 0, unlimited: 0},
  limits: [
    {
      name: 'per-ip',
      mode: 'enforce',
      description: '',
      requests: 1000,
      allowed: 990,
      denied: 10,
      skipped: 0,
      keys: 40,
      deniedKeys: 2,
      top: [],
    },
    {
      name: 'v1.login',
      mode: 'enforce',
      description: '',
      requests: 0,
      allowed: 0,
      denied: 0,
      skipped: 0,
      keys: 0,
      deniedKeys: 0,
      top: [],
    },
  ],
  rehearsal: {
    server: {capacity: 10, serviceTime: 'exp(50ms)', deadlineMs: 1_000, seed: 1},
    protected: {
      arrivals: 1000,
      good: 900,
      late: 50,
      failed: 10,
      refused: {degradation: 1, breaker: 2, limit: 10, queueFull: 20, queueTimeout: 7},
      goodput: 310.5,
      goodShare: 0.9,
      latencyMs: {mean: 100, p50: 80, p90: 200, p99: 480.5, max: 1_900},
      longestQueue: 50,
      longestBacklog: 3,
      busy: 0.97,
    },
    series: {bucketMs: 1, buckets: []},
    transitions: {count: 0, first: []},
  },
} as const;
const names = report.limits.map(({name}) => name);

const check = (expr: string, source = 'policy.yaml:3') => {
  const threshold = parseThreshold(expr, source, names);
  const actual = measure(threshold, report);
  return {actual, pass: passes(threshold, actual)};
};

describe('a threshold', () => {
  it.each([
    ['denied < 10', 10, false],
    ['denied <= 10', 10, true],
    ['denied == 10', 10, true],
    ['denied != 10', 10, false],
    ['denied<0.1%', 0.01, false],
    ['denied < 1.5%', 0.01, true],
    ['deniedRate < 0.02', 0.01, true],
    ['deniedRate < 2%', 0.01, true],
    ['skipped == 0', 3, false],
    ['keys > 49', 50, true],
    ['limit.per-ip.denied == 0', 10, false],
    ['limit.per-ip.deniedKeys <= 5%', 0.05, true],
    ['limit.v1.login.denied < 1%', 0, true],
    ['  limit.per-ip.deniedRate  >=  1e-2 ', 0.01, true],
  ])('%s looks at %d and passes: %s', (expr, actual, pass) => {
    expect(check(expr)).toEqual({actual, pass});
  });

  it.each([
    ['goodput > 300/s', 310.5, true],
    ['rehearsal.goodput > 311', 310.5, false],
    ['rehearsal.good >= 95%', 0.9, false],
    ['rehearsal.good >= 900', 900, true],
    ['rehearsal.late<=5%', 0.05, true],
    ['rehearsal.failed == 10', 10, true],
    ['rehearsal.refused < 5%', 0.04, true],
    ['latency.p99 < 500ms', 480.5, true],
    ['latency.p99 < 0.48s', 480.5, false],
    ['rehearsal.latency.max < 2s', 1_900, true],
    ['latency.mean > 90000us', 100, true],
    ['rehearsal.longestQueue <= 50', 50, true],
    ['rehearsal.longestBacklog < 3', 3, false],
    ['rehearsal.busy < 95%', 0.97, false],
    ['rehearsal.busy < 0.98', 0.97, true],
  ])('of a rehearsal %s looks at %d and passes: %s', (expr, actual, pass) => {
    expect(check(expr)).toEqual({actual, pass});
  });

  it('of a rehearsal is refused where a run is none', () => {
    const thresholds = ['denied < 1', 'goodput > 3'].map((expr) => parseThreshold(expr, '--fail-if', names));
    expect(() => refuseWithoutRehearsal(thresholds)).toThrow(
      '--fail-if: threshold "goodput > 3": only a rehearsal measures it, and this run is none',
    );
    expect(() => refuseWithoutRehearsal(thresholds.slice(0, 1))).not.toThrow();
  });

  it('fails the run when --fail-if holds', () => {
    expect(check('denied > 0', '--fail-if').pass).toBe(false);
    expect(check('denied > 10', '--fail-if').pass).toBe(true);
  });

  it.each([
    ['denied', 'expected METRIC OPERATOR NUMBER'],
    ['denied < abc', 'expected METRIC OPERATOR NUMBER'],
    ['denied = 0', 'expected METRIC OPERATOR NUMBER'],
    ['denyed < 1', 'no metric "denyed" (did you mean "denied"?)'],
    ['limit.per-up.denied < 1', 'the policy has no limit "per-up" (did you mean "per-ip"?)'],
    ['limit.per-ip.never < 1', 'a limit has no metric "never"'],
    ['rehearsal.godo > 1', 'a rehearsal has no metric "godo" (did you mean "good"?); there are good, late,'],
    ['rehearsal.denied > 1', 'a rehearsal has no metric "denied"'],
    ['latency.p95 < 1s', 'a rehearsal has no metric "latency.p95" (did you mean "latency.p90"?)'],
    ['latency.p99 < 500', 'latency.p99 is a time: expected a number with its unit, such as 500ms'],
    ['latency.p99 < 5%', 'latency.p99 is a time'],
    ['goodput > 30%', 'goodput is good answers per second: expected a number, such as 300/s'],
    ['goodput > 30ms', 'goodput is good answers per second'],
    ['rehearsal.good > 5ms', 'good is a number of requests'],
    ['rehearsal.longestQueue > 5%', 'longestQueue is a number of requests'],
    ['rehearsal.busy > 5s', 'busy is a share: expected one such as 90%'],
    ['denied < 5ms', 'expected METRIC OPERATOR NUMBER'],
    ['good > 5', 'no metric "good"'],
    ['\u001b[31m < 1', '\\u001b[31m'],
  ])('%j is refused: %s', (expr, message) => {
    expect(() => check(expr)).toThrow(message);
  });
});
