import {setTimeout as sleep} from 'node:timers/promises';
import {describe, expect, test} from 'vitest';
import {ConcurrencyLimitError} from '../../../src/guard/pool/concurrency-limit-error.ts';
import type {ConcurrencyLimiter} from '../../../src/guard/pool/concurrency-limiter.ts';
import {S} from '../../support/instants.ts';
import {RunningTime} from '../process-time.ts';
import {until} from '../support.ts';
import {CountingWork, instances, PLACES, poolFor, releaseAll, SPEC, waitingIn} from './pool-support.ts';

describe.each(PLACES)('%s', (_, placeOf) => {
  test('three instances share a pool: never more than max run, in all and of a client, and all work is done', async () => {
    const pools = await instances(placeOf(), 3, {spec: {...SPEC, maxPerKey: 2}});
    const work = new CountingWork();
    const jobs = Array.from({length: 60}, (_unused, i) => {
      const key = `client ${i % 3}`;
      return pools[i % 3]!.run(() => work.run(5 + (i % 7), key), {key});
    });
    await Promise.all(jobs);
    expect(work.done).toBe(60);
    expect(work.most).toBe(3);
    expect(work.mostOfKey).toBeLessThanOrEqual(2);
    expect(await pools[0]!.state()).toMatchObject({running: 0, waiting: 0, max: 3, source: 'store'});
  });

  test('who came first goes first, whichever instance it came to', async () => {
    const pools = await instances(placeOf(), 3, {spec: {...SPEC, max: 1}});
    const first = await pools[0]!.acquire();
    const order: number[] = [];
    const jobs: Promise<void>[] = [];
    for (let i = 0; i < 9; i++) {
      jobs.push(
        pools[i % 3]!.run(async () => {
          order.push(i);
        }),
      );
      await until(async () => (await waitingIn(pools[0]!)) === i + 1);
    }
    await first.release();
    await Promise.all(jobs);
    expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });

  test('more important work goes first, and takes the place of less important work in a full queue', async () => {
    const [one, two] = (await instances(placeOf(), 2, {spec: {...SPEC, max: 1, queue: 2}})) as [
      ConcurrencyLimiter,
      ConcurrencyLimiter,
    ];
    const running = await one.acquire();
    const went: string[] = [];
    const low = one.run(() => void went.push('low'), {priority: 2});
    await until(async () => (await waitingIn(one)) === 1);
    const displaced = one.acquire({priority: 2});
    displaced.catch(() => undefined);
    await until(async () => (await waitingIn(one)) === 2);
    const high = two.run(() => void went.push('high'), {priority: 0});
    await expect(displaced).rejects.toMatchObject({
      name: 'ConcurrencyLimitError',
      reason: 'displaced',
      code: 'concurrency/displaced',
    });
    await expect(two.acquire({priority: 2})).rejects.toMatchObject({reason: 'queue-full'});
    await running.release();
    await Promise.all([low, high]);
    expect(went).toEqual(['high', 'low']);
  });

  test('a slot goes from one instance to another without waiting for the next look', async () => {
    const [one, two] = (await instances(placeOf(), 2, {spec: {...SPEC, max: 1}})) as [
      ConcurrencyLimiter,
      ConcurrencyLimiter,
    ];
    const handOvers: number[] = [];
    let slot = await one.acquire();
    for (let i = 0; i < 10; i++) {
      const next = (i % 2 === 0 ? two : one).acquire();
      await until(async () => (await waitingIn(one)) === 1);
      // The first one also has to begin to listen.
      await sleep(i === 0 ? 300 : 20);
      const time = new RunningTime();
      await slot.release();
      slot = await next;
      handOvers.push(time.ms);
    }
    await slot.release();
    handOvers.sort((a, b) => a - b);
    expect(handOvers[5]).toBeLessThan(100);
  });

  test('a wait that is too long ends in time, and its place is free again', async () => {
    const pool = await poolFor({...placeOf(), spec: {...SPEC, max: 1}});
    const slot = await pool.acquire();
    const began = performance.now();
    const refused = await pool.acquire({timeoutMs: 400}).catch((error: unknown) => error);
    expect(performance.now() - began).toBeGreaterThanOrEqual(390);
    expect(refused).toBeInstanceOf(ConcurrencyLimitError);
    expect(refused).toMatchObject({reason: 'timeout', position: 1, pool: 'api'});
    await until(async () => (await waitingIn(pool)) === 0);
    await slot.release();
    await (await pool.acquire()).release();
  });

  test('who gives up by its signal is out of the queue, and a slot that was on its way is given back', async () => {
    const pool = await poolFor({...placeOf(), spec: {...SPEC, max: 1}});
    const reason = new Error('the client went away');
    for (let i = 0; i < 20; i++) {
      const gone = new AbortController();
      const asked = pool.acquire({signal: gone.signal});
      asked.then((slot) => slot.release()).catch(() => undefined);
      await sleep(i % 4);
      gone.abort(reason);
      await asked.catch((error: unknown) => expect(error).toBe(reason));
    }
    await until(async () => {
      const {running, waiting} = await pool.state();
      return running === 0 && waiting === 0;
    });
    await (await pool.acquire()).release();
  });

  test('a lower max lets slots run out; a higher one gives more to those who wait', async () => {
    const pool = await poolFor({...placeOf()});
    const slots = [await pool.acquire(), await pool.acquire(), await pool.acquire()];
    pool.setMax(1);
    const next = pool.acquire();
    const last = pool.acquire();
    await until(async () => (await waitingIn(pool)) === 2);
    await releaseAll(slots.slice(0, 2));
    await sleep(100);
    expect(await pool.state()).toMatchObject({running: 1, waiting: 2, max: 1});
    await slots[2]!.release();
    const second = await next;
    pool.setMax(3);
    await releaseAll([second, await last]);
  });

  test('what waits is told its position and its estimated wait', async () => {
    const told: [number, number][] = [];
    const pool = await poolFor({
      ...placeOf(),
      spec: {...SPEC, max: 1},
      events: {onQueued: (_work, {position, estimatedWaitMs}) => told.push([position, estimatedWaitMs])},
    });
    const first = await pool.acquire();
    await sleep(200);
    await first.release();
    const slot = await pool.acquire();
    const waiting = [pool.acquire(), pool.acquire()];
    await until(() => told.length === 2);
    expect(told.map(([position]) => position)).toEqual([1, 2]);
    expect(told[0]![1]).toBeGreaterThanOrEqual(190);
    expect(told[1]![1]).toBeGreaterThanOrEqual(2 * told[0]![1] - 2);
    const {estimatedWaitMs, meanHoldMs} = await pool.state();
    expect(estimatedWaitMs).toBeGreaterThanOrEqual(3 * told[0]![1] - 3);
    expect(meanHoldMs).toBeGreaterThanOrEqual(190);
    await slot.release();
    for (const next of waiting) await (await next).release();
  });

  test('thousands of short pieces of work, at once and over several instances, lose nothing', {
    timeout: 300_000,
  }, async () => {
    const pools = await instances(placeOf(), 3, {
      spec: {...SPEC, max: 10, queue: 2_000, wait: 600 * S, lease: 60 * S},
    });
    const work = new CountingWork();
    await Promise.all(
      Array.from({length: 1_500}, (_unused, i) => pools[i % 3]!.run(() => work.run(0), {priority: i % 2})),
    );
    expect(work.done).toBe(1_500);
    expect(work.most).toBeLessThanOrEqual(10);
    expect(await pools[0]!.state()).toMatchObject({running: 0, waiting: 0});
  });
});
