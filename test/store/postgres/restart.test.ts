import {setTimeout as sleep} from 'node:timers/promises';
import {expect, test} from 'vitest';
import {RequestRouter} from '../../../src/engine/live/request-router.ts';
import {isStoreError} from '../../../src/store/store-error.ts';
import {HOUR} from '../../support/instants.ts';
import {fixedWindowSpec, policyOf} from '../../support/policies.ts';
import {openTestStore, randomSchema, serverForTests} from './postgres-place.ts';

const server = serverForTests();
const BUDGET = 1_000_000;

test.each(['halt', 'kill'] as const)(
  'callers that go on through a restart (%s) fail meanwhile, and are answered again within seconds; what was admitted was charged',
  async (end) => {
    const schema = randomSchema();
    const store = await openTestStore(server().url, {schema, connection: 'reconnect', timeoutMs: 2_000});
    const router = new RequestRouter(
      policyOf([{name: 'limit', buckets: [fixedWindowSpec(BUDGET, 24 * 365 * HOUR)]}]),
    );
    const check = router.route({key: 'a'}, {cost: 1, now: Date.now() * 1_000, hold: 0});
    let admitted = 0;
    let unknown = 0;
    let over = false;
    let startedAgain = 0;
    let answeredAgain = 0;
    const callers = Array.from({length: 8}, async () => {
      while (!over) {
        try {
          const [answer] = await store.check([check]);
          if (answer!.verdicts[0]!.kind === 0) admitted++;
          if (startedAgain > 0 && answeredAgain === 0) answeredAgain = Date.now();
        } catch (error) {
          expect(isStoreError(error) && error.kind).toBe('unreachable');
          unknown++;
          await sleep(20);
        }
      }
    });
    await sleep(300);
    const before = admitted;
    expect(before).toBeGreaterThan(0);
    await server()[end]();
    await sleep(300);
    await server().start();
    startedAgain = Date.now();
    await sleep(1_500);
    over = true;
    await Promise.all(callers);
    expect(unknown).toBeGreaterThan(0);
    expect(answeredAgain - startedAgain).toBeLessThan(5_000);
    expect(admitted).toBeGreaterThan(before);
    const [row] = await store.read([check.layers[0]!.address]);
    // A call whose answer was lost may have been charged: it was not done twice, and never forgotten.
    expect(row!.words[1]).toBeGreaterThanOrEqual(admitted);
    expect(row!.words[1]).toBeLessThanOrEqual(admitted + unknown);
    await store.close();
  },
  30_000,
);
