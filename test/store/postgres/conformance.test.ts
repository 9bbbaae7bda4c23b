import {afterAll, beforeAll, describe, expect, inject, test} from 'vitest';
import {liveDecision} from '../../../src/engine/live/live-decision.ts';
import {RequestRouter} from '../../../src/engine/live/request-router.ts';
import type {Store} from '../../../src/store/port.ts';
import {CONFORMANCE} from '../../conformance/conformance.ts';
import {DAY} from '../../support/instants.ts';
import {policyOf} from '../../support/policies.ts';
import {openTestStore} from './postgres-place.ts';

describe('Postgres passes the conformance table', () => {
  let store: Store;
  let now = 0;
  beforeAll(async () => {
    store = await openTestStore(inject('databaseUrl'), {clock: () => now, slack: DAY});
  });
  afterAll(() => store.close());

  test.each(CONFORMANCE.map((table, i) => ({...table, key: `k${i}`})))('$name', async ({spec, rows, key}) => {
    const router = new RequestRouter(policyOf([{buckets: [spec]}]));
    for (const [i, [t, load, expected, why]] of rows.entries()) {
      const {cost, hold} = typeof load === 'number' ? {cost: load, hold: 0} : load;
      now = t;
      const check = router.route({key}, {cost, now, hold});
      const [answer] = await store.check([check]);
      expect(liveDecision(check, answer!), `row ${i + 1}, ${t} µs, cost ${cost}: ${why}`).toMatchObject(
        expected,
      );
    }
  });
});
