import fc from 'fast-check';
import {expect, test, vi} from 'vitest';
import type {Check, CheckAnswer} from '../../../src/engine/live/check.ts';
import {CheckDecider, type Row} from '../../../src/engine/live/check-decider.ts';
import {RequestRouter} from '../../../src/engine/live/request-router.ts';
import {MANY_CASES_MS} from '../../support/in-time.ts';
import {S} from '../../support/instants.ts';
import {anyPolicy} from '../../support/random-policies.ts';
import {anyRequest} from '../../support/random-requests.ts';

vi.setConfig({testTimeout: MANY_CASES_MS});

/** Rows that are kept for ever, or forgotten when they expire. */
class Table {
  readonly #rows = new Map<string, Row>();
  readonly #decider = new CheckDecider();
  readonly #forgets: 'at expiry' | 'never';

  constructor(forgets: 'at expiry' | 'never') {
    this.#forgets = forgets;
  }

  decide(check: Check, now: number): CheckAnswer {
    const rows = check.layers.map(({address, buckets}): Row => {
      const known = this.#rows.get(JSON.stringify(address));
      const isGone = known === undefined || (this.#forgets === 'at expiry' && known.expiresAt <= now);
      return isGone ? {state: new Float64Array(buckets.words), expiresAt: 0} : known;
    });
    const {verdicts} = this.#decider.decide(check, rows, now);
    check.layers.forEach(({address}, i) => {
      if (this.#decider.charged[i]) this.#rows.set(JSON.stringify(address), rows[i]!);
    });
    // Tokens count on in a row that is kept.
    return {now, verdicts: verdicts.map((verdict) => ({...verdict, fencingToken: 0}))};
  }
}

test('a row that was forgotten when it expired decides as one that was kept', () => {
  fc.assert(
    fc.property(anyPolicy, fc.array(anyRequest, {minLength: 1, maxLength: 60}), (policy, requests) => {
      const sides = (['at expiry', 'never'] as const).map((forgets) => ({
        router: new RequestRouter(policy),
        table: new Table(forgets),
      }));
      let now = 1_700_000_000 * S;
      for (const {gap, cost, ...attributes} of requests) {
        now += Math.max(0, gap);
        const [forgetting, keeping] = sides.map(({router, table}) =>
          table.decide(router.route(attributes, {cost, now, hold: S}), now),
        );
        expect(forgetting).toEqual(keeping);
      }
    }),
    {numRuns: 1_000},
  );
});
