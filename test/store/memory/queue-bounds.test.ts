import {expect, test} from 'vitest';
import {MemoryStore} from '../../../src/store/memory/memory-store.ts';
import type {NewQueueItem} from '../../../src/store/port.ts';
import {MOST_QUEUE_ITEMS} from '../../../src/store/queue-rules.ts';
import {cpuMsOf} from '../../support/in-time.ts';

const item: NewQueueItem = {class: 'a', rank: 1, notBefore: 0, payload: 1};

test('a million items are taken and not one more, until one has left', async () => {
  const store = new MemoryStore({access: 'write'});
  await store.enqueue('q', Array.from<NewQueueItem>({length: MOST_QUEUE_ITEMS - 1}).fill(item));
  await store.enqueue('q', [item]);
  await expect(store.enqueue('q', [item])).rejects.toThrow(
    'queue "q" holds 1000000 items and cannot take 1 more: at most 1000000',
  );
  const [claimed] = await store.claim('q', {count: 1, leaseFor: 60_000_000});
  await expect(store.enqueue('q', [item])).rejects.toThrow(RangeError);
  await store.settle('q', claimed!, {kind: 'done'});
  await store.enqueue('q', [item]);
}, 120_000);

test('claims stay quick while leases are renewed and ended a hundred thousand times', async () => {
  const store = new MemoryStore({access: 'write'});
  await store.enqueue('q', [item, item]);
  const [kept] = await store.claim('q', {count: 1, leaseFor: 3_600_000_000});
  const took = await cpuMsOf(async () => {
    for (let i = 0; i < 100_000; i++) {
      const [claimed] = await store.claim('q', {count: 1, leaseFor: 3_600_000_000});
      if (i % 10 === 0) await store.extend('q', kept!, 3_600_000_000);
      await store.settle('q', claimed!, {kind: 'park', notBefore: 0});
    }
  });
  expect(took).toBeLessThan(5_000);
}, 60_000);
