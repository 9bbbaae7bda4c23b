import {setTimeout as sleep} from 'node:timers/promises';
import {expect, test} from 'vitest';
import {MS} from '../../support/instants.ts';
import {RunningTime} from '../process-time.ts';
import {until} from '../support.ts';
import {instances, PLACES, type PoolPlace, poolFor, SPEC, waitingIn} from './pool-support.ts';

/** Sat out, and longer than what may hold a test up between two renewals. */
const LEASE = 3_300 * MS;

/** On all stores at the same time: all of them wait for leases. */
const onEach = async (body: (place: PoolPlace) => Promise<void>): Promise<void> => {
  const runs = PLACES.map(async ([name, place]) =>
    body(place()).catch((error: unknown) => {
      throw new Error(`on ${name}: ${error}`, {cause: error});
    }),
  );
  await Promise.all(runs);
};

test('leases are renewed while work runs, and fencing tokens grow', () =>
  onEach(async (place) => {
    const [one, two] = await instances(place, 2, {spec: {...SPEC, max: 1, lease: LEASE}});
    const slot = await one!.acquire();
    expect(await two!.tryAcquire()).toBeUndefined();
    await sleep((1.25 * LEASE) / MS);
    expect(slot.signal.aborted).toBe(false);
    expect(await two!.tryAcquire()).toBeUndefined();
    await slot.release();
    const next = await two!.acquire();
    expect(next.fencingToken).toBeGreaterThan(slot.fencingToken);
    await next.release();
    expect(one!.metrics).toMatchObject({granted: 1, leasesLost: 0, held: 0});
  }));

test('closing refuses who waits, and waits for slots in use, for one lease at most', () =>
  onEach(async (place) => {
    const pool = await poolFor({...place, spec: {...SPEC, max: 1, lease: LEASE}});
    const slot = await pool.acquire();
    const waiting = pool.acquire();
    waiting.catch(() => undefined);
    await until(async () => (await waitingIn(pool)) === 1);
    const time = new RunningTime();
    const closed = pool.close();
    await expect(waiting).rejects.toMatchObject({code: 'concurrency/closed'});
    await expect(pool.acquire()).rejects.toMatchObject({code: 'concurrency/closed'});
    await closed;
    expect(time.ms).toBeLessThan(LEASE / MS + 300);
    expect(slot.signal.aborted).toBe(true);
    await slot.release();
  }));
