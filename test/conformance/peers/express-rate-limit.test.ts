import {describe, expect, test} from 'vitest';
import {decide} from '../../support/decide.ts';
import {jsonFixture} from '../../support/fixture.ts';
import {MS, S} from '../../support/instants.ts';
import {caseOf, type PeerTable} from '../../support/peer-tables.ts';
import {evaluatorOf, fixedWindowSpec, policyOf} from '../../support/policies.ts';

interface Window {
  readonly limit: number;
  readonly window_ms: number;
}

interface Expected {
  readonly hits?: number;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

const table = jsonFixture<PeerTable<Window, Expected>>('tables/express_rate_limit.json');

const NOT_APPLICABLE: Readonly<Record<string, string>> = {
  hdr_legacy: 'headers are made from a decision by the HTTP adapter',
  hdr_draft6: 'headers',
  hdr_draft7: 'headers',
  hdr_draft8: 'headers',
  hdr_draft8_five_policies: 'headers',
  store_counts:
    'giving back is not asked of a decision engine; its first two hits and the reset (a row of zeros) are covered elsewhere',
};

const COUNTS = ['store_expires', 'store_no_shared_state_between_keys'];

describe('express-rate-limit', () => {
  test.each(COUNTS)('the counts of %s', (id) => {
    const {policy, steps} = caseOf(table, id);
    const evaluator = evaluatorOf(
      policyOf([
        {
          buckets: [
            fixedWindowSpec(policy.limit, policy.window_ms * MS, {align: 'first-hit', countDenied: true}),
          ],
        },
      ]),
    );
    for (const {t_ms, key, expect: expected} of steps) {
      const {remaining} = decide(evaluator, {t: t_ms * MS, key: key!});
      if (expected.hits !== undefined) expect(policy.limit - remaining).toBe(expected.hits);
    }
  });

  test('the wait of a refused request is what is left of its window', () => {
    const {policy, steps} = caseOf(table, 'retry_after');
    const evaluator = evaluatorOf(
      policyOf([{buckets: [fixedWindowSpec(policy.limit, policy.window_ms * MS, {align: 'first-hit'})]}]),
    );
    for (const {t_ms, expect: expected} of steps) {
      const {allowed, retryAfter} = decide(evaluator, {t: t_ms * MS, key: 'k'});
      expect(allowed ? 200 : 429).toBe(expected.status);
      if (!allowed) expect(String(retryAfter / S)).toBe(expected.headers!['retry-after']);
    }
  });

  test('every case is covered or listed with the reason why not', () => {
    expect(table.cases.map(({id}) => id).sort()).toEqual(
      [...COUNTS, 'retry_after', ...Object.keys(NOT_APPLICABLE)].sort(),
    );
  });
});
