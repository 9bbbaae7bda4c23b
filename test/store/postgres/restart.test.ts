import {setTimeout as sleep} from 'node:timers/promises';
import {expect, test} from 'vitest';
import {RequestRouter} from '../../../src/engine/live/request-router.ts';
import {isStoreError} from '../../../src/store/store-error.ts';
import {expectInTime, msOf, PATIENCE_MS, PATIENTLY} from '../../support/in-time.ts';
import {HOUR} from '../../support/instants.ts';
import {fixedWindowSpec, policyOf} from '../../support/policies.ts';
import {openTestStore, randomSchema, serverForTests} from './postgres-place.ts';

const server = serverForTests();
const BUDGET = 1_000_000;

test.each(['halt', 'kill'] as const)(
  'callers that go on through a restart (%s) fail meanwhile, and are answered again within seconds; what was admitted was charged',
  async (end) => {
    const schema = randomSchema();
    const store = await openTestStore(server().url, {schema, connection: 'reconnect', timeoutMs: 5_000});
    const router = new RequestRouter(
      policyOf([{name: 'limit', buckets: [fixedWindowSpec(BUDGET, 24 * 365 * HOUR)]}]),
    );
    const check = router.route({key: 'a'}, {cost: 1, now: Date.now() * 1_000, hold: 0});
    let admitted = 0;
    let unknown = 0;
    let over = false;
    const callers = Array.from({length: 8}, async () => {
      while (!over) {
        try {
          const [answer] = await store.check([check]);
          if (answer!.verdicts[0]!.kind === 0) admitted++;
        } catch (error) {
          expect(isStoreError(error) && error.kind).toBe('unreachable');
          unknown++;
          await sleep(20);
        }
      }
    });
    const more = (count: () => number): Promise<void> => {
      const before = count();
      return expect.poll(count, PATIENTLY).toBeGreaterThan(before);
    };
    await expectInTime(5_000, async () => {
      await more(() => admitted);
      await server()[end]();
      await more(() => unknown);
      await sleep(300);
      await server().start();
      return msOf(() => more(() => admitted));
    });
    await sleep(500);
    over = true;
    await Promise.all(callers);
    const [row] = await store.read([check.layers[0]!.address]);
    // A call whose answer was lost may have been charged: it was not done twice, and never forgotten.
    expect(row!.words[1]).toBeGreaterThanOrEqual(admitted);
    expect(row!.words[1]).toBeLessThanOrEqual(admitted + unknown);
    await store.close();
  },
  4 * PATIENCE_MS,
);
