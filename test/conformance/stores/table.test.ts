import {afterAll, beforeAll, describe, test} from 'vitest';
import {liveDecision} from '../../../src/engine/live/live-decision.ts';
import {RequestRouter} from '../../../src/engine/live/request-router.ts';
import {DAY} from '../../support/instants.ts';
import {policyOf} from '../../support/policies.ts';
import {run} from '../../support/trace-table.ts';
import {CONFORMANCE} from '../conformance.ts';
import {type OpenedStore, STORE_OPENERS} from './openers.ts';

describe.each(['memory', 'sqlite'])('the %s store passes the conformance table', (kind) => {
  const clock = {now: 0};
  let opened: OpenedStore | undefined;
  beforeAll(async () => {
    opened = await STORE_OPENERS[kind]!({clock: () => clock.now, slack: DAY});
  });
  afterAll(() => opened?.close());

  test.each(CONFORMANCE.map((table, n) => ({...table, n})))('$name', async ({spec, rows, n}) => {
    const router = new RequestRouter(policyOf([{name: `limit ${n}`, buckets: [spec]}]));
    for (const row of rows) {
      const [t, load] = row;
      clock.now = t;
      const {cost, hold} = typeof load === 'number' ? {cost: load, hold: 0} : load;
      const check = router.route({key: 'k'}, {cost, now: t, hold});
      const [answer] = await opened!.store.check([check]);
      run([row], () => liveDecision(check, answer!));
    }
  });
});
