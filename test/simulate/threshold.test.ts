import {describe, expect, it} from 'vitest';
import {measure, parseThreshold, passes} from '../../src/simulate/threshold.ts';

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
    ['\u001b[31m < 1', '\\u001b[31m'],
  ])('%j is refused: %s', (expr, message) => {
    expect(() => check(expr)).toThrow(message);
  });
});
