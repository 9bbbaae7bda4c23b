import {setTimeout as sleep} from 'node:timers/promises';
import {describe, expect, test} from 'vitest';
import {UsageCounter} from '../../src/serve/usage-counter.ts';
import {MemoryStore} from '../../src/store/memory/memory-store.ts';
import type {Usage} from '../../src/store/port.ts';
import {MINUTE} from '../support/instants.ts';

const NOON = 1_767_614_400_000_000;

const told = async (store: MemoryStore, limit: string): Promise<void> =>
  store.record({limits: [{limit, allowed: 10, denied: 0, shadowDenied: 0}], keys: []});

describe('counters made of the sums per minute', () => {
  test('two readings at the same time, the later one done first, count nothing twice', async () => {
    let now = NOON;
    let held: Promise<unknown> = Promise.resolve();
    const store = new MemoryStore({access: 'write', clock: () => now});
    const slow: Pick<Usage, 'slots'> = {
      async *slots(from, until) {
        const wait = held;
        held = Promise.resolve();
        yield* store.slots(from, until);
        await wait;
      },
    };
    const counter = new UsageCounter(slow);
    await counter.totals(now);
    await told(store, 'early');
    now += 3 * MINUTE;
    await told(store, 'late');
    const before = now;
    now += 7 * MINUTE;
    held = sleep(50);
    const first = counter.totals(before);
    await counter.totals(now);
    await first;
    const totals = await counter.totals(now);
    expect([totals.get('early')?.allowed, totals.get('late')?.allowed]).toEqual([10, 10]);
  });

  test('a clock that goes back takes nothing away', async () => {
    let now = NOON;
    const store = new MemoryStore({access: 'write', clock: () => now});
    const counter = new UsageCounter(store);
    await counter.totals(now);
    now += 4 * MINUTE;
    await told(store, 'per-ip');
    expect((await counter.totals(now)).get('per-ip')?.allowed).toBe(10);
    now -= 3 * MINUTE;
    expect((await counter.totals(now)).get('per-ip')?.allowed).toBe(10);
  });
});
