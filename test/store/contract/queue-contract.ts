/** Queues: who gets which item when, what becomes of it, and what is told about it. */
import {describe, expect, test} from 'vitest';
import type {
  ClaimedItem,
  NewQueueItem,
  QueueFacts,
  QueueItem,
  QueueSettlement,
  Store,
} from '../../../src/store/port.ts';
import {DEAD_KEPT, keptError, LEASE_ENDED, MOST_QUEUE_ITEMS} from '../../../src/store/queue-rules.ts';
import {HOSTILE_KEYS} from '../../support/hostile-keys.ts';
import {HOUR, MINUTE, S} from '../../support/instants.ts';
import {describeQueueTraffic} from './queue-traffic.ts';
import {type OnScene, START} from './scene.ts';

const Q = 'mail';
const FOREVER = Number.POSITIVE_INFINITY;

/** An item that is due at once, first come first served unless a rank is said. */
const item = (payload: unknown, more: Partial<NewQueueItem> = {}): NewQueueItem => ({
  class: 'normal',
  rank: START,
  notBefore: 0,
  payload,
  ...more,
});

const payloads = (items: readonly QueueItem[]): unknown[] => items.map(({payload}) => payload);

const claim = (store: Store, count = 100, leaseFor = MINUTE): Promise<readonly ClaimedItem[]> =>
  store.claim(Q, {count, leaseFor});

const claimOne = async (store: Store, leaseFor = MINUTE): Promise<ClaimedItem> => {
  const claimed = await claim(store, 1, leaseFor);
  expect(claimed).toHaveLength(1);
  return claimed[0]!;
};

const factsOf = async (store: Store, queue = Q): Promise<QueueFacts | undefined> =>
  (await store.queues()).find((facts) => facts.queue === queue);

/** Puts an item in, claims it and settles it. */
const putAndSettle = async (store: Store, payload: unknown, settlement: QueueSettlement): Promise<void> => {
  await store.enqueue(Q, [item(payload)]);
  expect(await store.settle(Q, await claimOne(store), settlement)).toBe(true);
};

const sorted = (values: readonly unknown[]): unknown[] => [...values].sort();

const describeEnqueue = (on: OnScene): void => {
  test(
    'an item is claimed as it was put in',
    on(async ({store}) => {
      const [id] = await store.enqueue(Q, [item({to: 'a', n: 1}, {class: 'high', rank: START - 7.5})]);
      const claimed = await claimOne(store);
      expect(claimed).toEqual({
        ...item({to: 'a', n: 1}, {class: 'high', rank: START - 7.5}),
        id,
        enqueuedAt: START,
        attempts: 0,
        error: '',
        leasedUntil: START + MINUTE,
        fencingToken: claimed.fencingToken,
      });
      expect(claimed.fencingToken).toBeGreaterThan(0);
      expect(Number.isSafeInteger(claimed.fencingToken)).toBe(true);
    }),
  );

  test(
    'ids are unique, in the order given, and grow in the order of arrival, also when the queue was empty meanwhile',
    on(async ({store}) => {
      const ids: string[] = [];
      for (let i = 0; i < 3; i++) {
        ids.push(...(await store.enqueue(Q, [item(i), item(i)])));
        for (const claimed of await claim(store)) await store.settle(Q, claimed, {kind: 'done'});
        expect(await store.queues()).toEqual([]);
      }
      expect(new Set(ids).size).toBe(6);
      expect(ids).toEqual([...ids].sort());
    }),
  );

  test(
    'nothing put in is nothing',
    on(async ({store}) => {
      expect(await store.enqueue(Q, [])).toEqual([]);
      expect(await store.queues()).toEqual([]);
      expect(await claim(store)).toEqual([]);
      expect(await store.items(Q, 'waiting', 10)).toEqual([]);
      expect(await store.drain(Q, 'waiting')).toEqual([]);
    }),
  );

  test(
    'payloads may be anything that JSON can hold, and are kept exactly',
    on(async ({store}) => {
      const values: unknown[] = [
        ...HOSTILE_KEYS,
        ...[null, true, false, '', 0, 0.1, -1e300, 9_007_199_254_740_991, [], {}, [[]], {a: {}, b: []}],
        {'\u0000': ['\u0000', '\ud800', {deep: [[[null]]]}], '': {' ': 1}},
        '\ud83d\ude00 \u2028 </script> \\u0000 \\',
      ];
      await store.enqueue(
        Q,
        values.map((payload) => item(payload)),
      );
      expect(payloads(await store.items(Q, 'waiting', 1_000))).toEqual(values);
      expect(payloads(await claim(store, 1_000))).toEqual(values);
    }),
  );

  test(
    'a payload of 256 KB is taken, a longer one and one that JSON cannot hold are refused, and then none of the call is in',
    on(async ({store}) => {
      const long = 'x'.repeat(256 * 1024 - 2);
      await store.enqueue(Q, [item(long)]);
      expect((await claimOne(store)).payload).toBe(long);
      await expect(store.enqueue(Q, [item(1), item(`${long}x`)])).rejects.toThrow(RangeError);
      await expect(store.enqueue(Q, [item(1), item(undefined)])).rejects.toThrow(RangeError);
      expect(await claim(store)).toEqual([]);
    }),
  );

  test(
    'more than a million items are refused before anything is written',
    on(async ({store}) => {
      const many = Array.from<NewQueueItem>({length: MOST_QUEUE_ITEMS + 1}).fill(item(1));
      await expect(store.enqueue(Q, many)).rejects.toThrow(RangeError);
      expect(await store.queues()).toEqual([]);
    }),
  );
};

const describeOrder = (on: OnScene): void => {
  test(
    'the lowest rank comes first, then whoever came first',
    on(async ({store}) => {
      await store.enqueue(Q, [item('c', {rank: 30}), item('a', {rank: 10}), item('b', {rank: 20})]);
      await store.enqueue(Q, [item('b2', {rank: 20}), item('first', {rank: -5}), item('a2', {rank: 10.5})]);
      expect(payloads(await store.items(Q, 'waiting', 4))).toEqual(['first', 'a', 'a2', 'b']);
      expect(payloads(await claim(store, 2))).toEqual(['first', 'a']);
      expect(payloads(await claim(store, 100))).toEqual(['a2', 'b', 'b2', 'c']);
      expect(await claim(store)).toEqual([]);
    }),
  );

  test(
    'ranks around an instant in µs are told apart',
    on(async ({store}) => {
      const payload = [3, 1, 0, 2];
      await store.enqueue(
        Q,
        payload.map((n) => item(n, {rank: START + n})),
      );
      expect(payloads(await claim(store))).toEqual([0, 1, 2, 3]);
    }),
  );

  test(
    'an item is not claimed before it is due, and then by its rank',
    on(async ({store, clock}) => {
      await store.enqueue(Q, [item('later', {rank: 1, notBefore: START + S}), item('now', {rank: 2})]);
      await store.enqueue(Q, [item('now too', {rank: 3, notBefore: START})]);
      expect(payloads(await claim(store, 1))).toEqual(['now']);
      clock.now += S - 1;
      expect(payloads(await claim(store, 1))).toEqual(['now too']);
      await store.enqueue(Q, [item('last', {rank: 4})]);
      clock.now += 1;
      expect(payloads(await claim(store))).toEqual(['later', 'last']);
    }),
  );

  test(
    'items lists those that wait by rank, whether they are due or not',
    on(async ({store, clock}) => {
      await store.enqueue(Q, [
        item('a', {rank: 3}),
        item('b', {rank: 2, notBefore: START + S}),
        item('c', {rank: 1, notBefore: START + HOUR}),
      ]);
      expect(payloads(await store.items(Q, 'waiting', 10))).toEqual(['c', 'b', 'a']);
      expect(payloads(await store.items(Q, 'waiting', 2))).toEqual(['c', 'b']);
      clock.now += S;
      expect(payloads(await claim(store, 1))).toEqual(['b']);
      expect(payloads(await store.items(Q, 'waiting', 10))).toEqual(['c', 'a']);
      expect(payloads(await store.items(Q, 'claimed', 10))).toEqual(['b']);
    }),
  );

  test(
    'two thousand items come out once each, in their order',
    on(async ({store}) => {
      const ids = await store.enqueue(
        Q,
        Array.from({length: 2_000}, (_, i) => item(i, {rank: 2_000 - i})),
      );
      expect(new Set(ids).size).toBe(2_000);
      const claimed: unknown[] = [];
      for (let i = 0; i < 5; i++) claimed.push(...payloads(await claim(store, 400)));
      expect(claimed).toEqual(Array.from({length: 2_000}, (_, i) => 1_999 - i));
      expect(await claim(store)).toEqual([]);
    }),
  );

  test(
    'queues do not see each other’s items',
    on(async ({store}) => {
      await store.enqueue('mail', [item('mail')]);
      await store.enqueue('mail.2', [item('mail.2')]);
      await store.enqueue('mai', [item('mai')]);
      const [first] = await store.claim('mail.2', {count: 10, leaseFor: S});
      expect(first!.payload).toBe('mail.2');
      expect(await store.settle('mail', first!, {kind: 'done'})).toBe(false);
      expect(payloads(await store.drain('mai', 'waiting'))).toEqual(['mai']);
      expect((await store.queues()).map(({queue}) => queue)).toEqual(['mail', 'mail.2']);
    }),
  );
};

const describeSettle = (on: OnScene): void => {
  test(
    'done takes the item out, once',
    on(async ({store}) => {
      await store.enqueue(Q, [item(1)]);
      const claimed = await claimOne(store);
      expect(await store.settle(Q, claimed, {kind: 'done'})).toBe(true);
      expect(await store.settle(Q, claimed, {kind: 'done'})).toBe(false);
      expect(await store.extend(Q, claimed, S)).toBe(false);
      expect(await store.queues()).toEqual([]);
    }),
  );

  test(
    'park sets when it is due, and counts no attempt',
    on(async ({store, clock}) => {
      await store.enqueue(Q, [item(1, {rank: 5, class: 'high'})]);
      const claimed = await claimOne(store);
      expect(await store.settle(Q, claimed, {kind: 'park', notBefore: START + S})).toBe(true);
      expect(await claim(store)).toEqual([]);
      expect(await store.items(Q, 'waiting', 1)).toEqual([
        {
          ...item(1, {rank: 5, class: 'high', notBefore: START + S}),
          id: claimed.id,
          enqueuedAt: START,
          attempts: 0,
          error: '',
        },
      ]);
      clock.now += S;
      expect(await claimOne(store)).toMatchObject({id: claimed.id, attempts: 0, notBefore: START + S});
    }),
  );

  test(
    'retry sets when it is due, counts an attempt and keeps the error; park keeps both',
    on(async ({store, clock}) => {
      await store.enqueue(Q, [item(1)]);
      const retry = {kind: 'retry', notBefore: START + S, error: 'no route'} as const;
      expect(await store.settle(Q, await claimOne(store), retry)).toBe(true);
      expect(await claim(store)).toEqual([]);
      clock.now += S;
      const again = await claimOne(store);
      expect(again).toMatchObject({attempts: 1, error: 'no route'});
      await store.settle(Q, again, {kind: 'park', notBefore: 0});
      const third = await claimOne(store);
      expect(third).toMatchObject({attempts: 1, error: 'no route'});
      await store.settle(Q, third, {kind: 'retry', notBefore: 0, error: 'again'});
      expect(await claimOne(store)).toMatchObject({attempts: 2, error: 'again'});
    }),
  );

  test(
    'dead ones are kept with their error, latest first, and never claimed',
    on(async ({store, clock}) => {
      for (const payload of ['a', 'b', 'c']) {
        clock.now += 1;
        await putAndSettle(store, payload, {kind: 'dead', error: `no ${payload}`});
      }
      const dead = await store.items(Q, 'dead', 10);
      expect(dead.map(({payload, error, attempts}) => [payload, error, attempts])).toEqual([
        ['c', 'no c', 1],
        ['b', 'no b', 1],
        ['a', 'no a', 1],
      ]);
      expect(payloads(await store.items(Q, 'dead', 2))).toEqual(['c', 'b']);
      clock.now += HOUR;
      expect(await claim(store)).toEqual([]);
      expect(await store.items(Q, 'waiting', 10)).toEqual([]);
    }),
  );

  test(
    'errors are kept as text, whatever is in them',
    on(async ({store, clock}) => {
      const errors = [...HOSTILE_KEYS, 'half \ud800 a pair', `${'x'.repeat(999)}\ud83d\ude00`, ''];
      for (const error of errors) {
        clock.now += 1;
        await putAndSettle(store, 1, {kind: 'dead', error});
      }
      const dead = await store.items(Q, 'dead', 1_000);
      expect(dead.map(({error}) => error)).toEqual(errors.map(keptError).reverse());
    }),
  );

  test(
    'of the dead the last ten thousand are kept',
    {timeout: 120_000},
    on(async ({store, clock}) => {
      const more = 5;
      for (let i = 0; i < DEAD_KEPT + more; i += 1_001)
        await store.enqueue(
          Q,
          Array.from({length: Math.min(1_001, DEAD_KEPT + more - i)}, (_, n) => item(i + n)),
        );
      const settle = async (count: number): Promise<void> => {
        const settled = (await claim(store, count, HOUR)).map((claimed) =>
          store.settle(Q, claimed, {kind: 'dead', error: 'no'}),
        );
        expect((await Promise.all(settled)).filter((done) => done)).toHaveLength(count);
      };
      await settle(more);
      clock.now += 1;
      for (let i = 0; i < DEAD_KEPT; i += 500) await settle(500);
      expect(await factsOf(store)).toMatchObject({dead: DEAD_KEPT, claimed: 0});
      const dead = payloads(await store.items(Q, 'dead', 2 * DEAD_KEPT)) as number[];
      expect(dead.sort((a, b) => a - b)).toEqual(Array.from({length: DEAD_KEPT}, (_, i) => i + more));
    }),
  );
};

const describeLeases = (on: OnScene): void => {
  test(
    'a claimed item is nobody else’s until its lease ends; then it comes again with one attempt more',
    on(async ({store, clock}) => {
      await store.enqueue(Q, [item(1)]);
      const first = await claimOne(store, S);
      clock.now += S - 1;
      expect(await claim(store)).toEqual([]);
      clock.now += 1;
      const second = await claimOne(store, S);
      expect(second).toMatchObject({
        id: first.id,
        payload: 1,
        attempts: 1,
        error: LEASE_ENDED,
        leasedUntil: START + 2 * S,
      });
      expect(second.fencingToken).toBeGreaterThan(first.fencingToken);
      clock.now += S;
      expect(await claimOne(store)).toMatchObject({attempts: 2, error: LEASE_ENDED});
    }),
  );

  test(
    'one whose lease ended is ranked like any other',
    on(async ({store, clock}) => {
      await store.enqueue(Q, [item('b', {rank: 2}), item('d', {rank: 4})]);
      await claim(store, 2, S);
      clock.now += S;
      await store.enqueue(Q, [item('a', {rank: 1}), item('c', {rank: 3}), item('e', {rank: 5})]);
      expect(payloads(await claim(store, 1))).toEqual(['a']);
      expect(payloads(await claim(store, 2))).toEqual(['b', 'c']);
      expect(payloads(await claim(store))).toEqual(['d', 'e']);
    }),
  );

  test(
    'an earlier claim settles and extends nothing once another one has the item',
    on(async ({store, clock}) => {
      await store.enqueue(Q, [item(1)]);
      const first = await claimOne(store, S);
      clock.now += S;
      const second = await claimOne(store, S);
      for (const settlement of [
        {kind: 'done'},
        {kind: 'park', notBefore: 0},
        {kind: 'retry', notBefore: 0, error: 'x'},
        {kind: 'dead', error: 'x'},
      ] as const)
        expect(await store.settle(Q, first, settlement)).toBe(false);
      expect(await store.extend(Q, first, HOUR)).toBe(false);
      expect(await factsOf(store)).toMatchObject({claimed: 1, dead: 0, due: 0, nextAt: START + 2 * S});
      expect(await store.settle(Q, second, {kind: 'done'})).toBe(true);
      expect(await store.queues()).toEqual([]);
    }),
  );

  test(
    'an item that waits again is not settled by the claim that is past',
    on(async ({store}) => {
      await store.enqueue(Q, [item(1)]);
      const first = await claimOne(store);
      await store.settle(Q, first, {kind: 'park', notBefore: 0});
      expect(await store.settle(Q, first, {kind: 'done'})).toBe(false);
      expect(await store.extend(Q, first, S)).toBe(false);
      const second = await claimOne(store);
      await store.settle(Q, second, {kind: 'dead', error: 'x'});
      expect(await store.settle(Q, second, {kind: 'done'})).toBe(false);
      expect(await factsOf(store)).toMatchObject({dead: 1});
    }),
  );

  test(
    'extend moves the end of the lease to that long from the store’s now',
    on(async ({store, clock}) => {
      await store.enqueue(Q, [item(1)]);
      const claimed = await claimOne(store, 10 * S);
      clock.now += 5 * S;
      expect(await store.extend(Q, claimed, 10 * S)).toBe(true);
      expect(await factsOf(store)).toMatchObject({nextAt: START + 15 * S});
      clock.now += 10 * S - 1;
      expect(await claim(store)).toEqual([]);
      clock.now += 1;
      expect(await claimOne(store)).toMatchObject({attempts: 1});
      expect(await store.extend(Q, {...claimed, id: '9999999999999999'}, S)).toBe(false);
    }),
  );

  test(
    'a lease that has ended can be settled or extended as long as nobody else has the item',
    on(async ({store, clock}) => {
      await store.enqueue(Q, [item(1), item(2)]);
      const [one, two] = await claim(store, 2, S);
      clock.now += MINUTE;
      expect(await store.settle(Q, one!, {kind: 'done'})).toBe(true);
      expect(await store.extend(Q, two!, S)).toBe(true);
      expect(await claim(store)).toEqual([]);
      expect(await store.settle(Q, two!, {kind: 'done'})).toBe(true);
      expect(await store.queues()).toEqual([]);
    }),
  );

  test(
    'fencing tokens grow with every claim, also when the queue was empty meanwhile',
    on(async ({store}) => {
      let last = 0;
      for (let i = 0; i < 4; i++) {
        await store.enqueue(Q, [item(1), item(2)]);
        for (const count of [1, 1]) {
          const [claimed] = await claim(store, count);
          expect(claimed!.fencingToken).toBeGreaterThan(last);
          last = claimed!.fencingToken;
          await store.settle(Q, claimed!, {kind: 'done'});
        }
      }
    }),
  );
};

const describeFacts = (on: OnScene): void => {
  test(
    'facts count exactly, by class and state',
    on(async ({store, clock}) => {
      await store.enqueue(Q, [item(1, {rank: 1, class: 'high'}), item(2, {rank: 2, class: 'high'})]);
      clock.now += S;
      await store.enqueue(Q, [
        item(3, {class: 'low'}),
        item(4, {class: 'low', notBefore: START + HOUR}),
        item(5, {class: 'high', notBefore: START + MINUTE}),
      ]);
      const facts = await factsOf(store);
      expect(facts).toEqual({
        queue: Q,
        waiting: new Map([
          ['high', 3],
          ['low', 2],
        ]),
        due: 3,
        claimed: 0,
        dead: 0,
        oldestAt: START,
        nextAt: facts!.nextAt,
      });
      // Something can be claimed at once.
      expect(facts!.nextAt).toBeLessThanOrEqual(clock.now);
      const [one, two, three] = await claim(store, 3, 10 * S);
      expect(await factsOf(store)).toEqual({
        queue: Q,
        waiting: new Map([
          ['high', 1],
          ['low', 1],
        ]),
        due: 0,
        claimed: 3,
        dead: 0,
        oldestAt: START + S,
        nextAt: START + 11 * S,
      });
      await store.settle(Q, one!, {kind: 'dead', error: 'x'});
      await store.settle(Q, two!, {kind: 'done'});
      await store.settle(Q, three!, {kind: 'retry', notBefore: START + 2 * S, error: 'x'});
      expect(await factsOf(store)).toEqual({
        queue: Q,
        waiting: new Map([
          ['high', 1],
          ['low', 2],
        ]),
        due: 0,
        claimed: 0,
        dead: 1,
        oldestAt: START + S,
        nextAt: START + 2 * S,
      });
      clock.now = START + MINUTE;
      expect(await factsOf(store)).toMatchObject({due: 2});
    }),
  );

  test(
    'an ended lease counts as claimed until somebody claims',
    on(async ({store, clock}) => {
      await store.enqueue(Q, [item(1)]);
      await claimOne(store, S);
      clock.now += MINUTE;
      expect(await factsOf(store)).toEqual({
        queue: Q,
        waiting: new Map(),
        due: 0,
        claimed: 1,
        dead: 0,
        oldestAt: 0,
        nextAt: START + S,
      });
    }),
  );

  test(
    'nothing becomes due where only dead ones are',
    on(async ({store}) => {
      await putAndSettle(store, 1, {kind: 'dead', error: 'x'});
      expect(await store.queues()).toEqual([
        {queue: Q, waiting: new Map(), due: 0, claimed: 0, dead: 1, oldestAt: 0, nextAt: FOREVER},
      ]);
    }),
  );

  test(
    'queues are listed by name, those that hold something',
    on(async ({store}) => {
      for (const queue of ['b', 'a', 'Z', 'a-1', 'a.b', '10', '9', 'gone'])
        await store.enqueue(queue, [item(queue)]);
      await store.drain('gone', 'waiting');
      const names = (await store.queues()).map(({queue}) => queue);
      expect(names).toEqual(['10', '9', 'Z', 'a', 'a-1', 'a.b', 'b']);
    }),
  );
};

const describeDrain = (on: OnScene): void => {
  test(
    'drain takes out what waits and answers it; what is claimed stays with its worker',
    on(async ({store}) => {
      await store.enqueue(Q, [item('mine', {rank: 1}), item('due'), item('later', {notBefore: START + S})]);
      const claimed = await claimOne(store);
      const drained = await store.drain(Q, 'waiting');
      expect(sorted(payloads(drained))).toEqual(['due', 'later']);
      expect(drained[0]).toMatchObject({class: 'normal', enqueuedAt: START, attempts: 0, error: ''});
      expect(await factsOf(store)).toMatchObject({waiting: new Map(), claimed: 1, due: 0});
      expect(await store.settle(Q, claimed, {kind: 'done'})).toBe(true);
      expect(await store.queues()).toEqual([]);
    }),
  );

  test(
    'drain takes out dead ones, and no others',
    on(async ({store}) => {
      await putAndSettle(store, 'dead', {kind: 'dead', error: 'x'});
      await store.enqueue(Q, [item('waits')]);
      expect(await store.drain(Q, 'dead')).toMatchObject([{payload: 'dead', error: 'x', attempts: 1}]);
      expect(await store.drain(Q, 'dead')).toEqual([]);
      expect(payloads(await claim(store))).toEqual(['waits']);
    }),
  );

  test(
    'drain goes in steps of at most count, a thousand when nothing is said',
    on(async ({store}) => {
      await store.enqueue(
        Q,
        Array.from({length: 1_203}, (_, i) => item(i, {notBefore: i % 2 === 0 ? 0 : START + S})),
      );
      const drained = [...(await store.drain(Q, 'waiting', 3))];
      expect(drained).toHaveLength(3);
      expect((await factsOf(store))!.waiting).toEqual(new Map([['normal', 1_200]]));
      drained.push(...(await store.drain(Q, 'waiting')));
      expect(drained).toHaveLength(1_003);
      drained.push(...(await store.drain(Q, 'waiting')));
      expect(new Set(payloads(drained)).size).toBe(1_203);
      expect(await store.drain(Q, 'waiting')).toEqual([]);
      expect(await store.queues()).toEqual([]);
    }),
  );
};

const describeTogether = (on: OnScene): void => {
  test(
    'several that claim at once never get the same item, and together get all',
    on(async ({store, another}) => {
      const handles = [store, await another(), await another(), await another()];
      await store.enqueue(
        Q,
        Array.from({length: 600}, (_, i) => item(i)),
      );
      const claims = Array.from({length: 80}, (_, i) => claim(handles[i % 4]!, 8));
      const claimed = (await Promise.all(claims)).flat();
      expect(claimed).toHaveLength(600);
      expect(new Set(payloads(claimed)).size).toBe(600);
    }),
  );

  test(
    'of several that claim an item whose lease ended one gets it',
    on(async ({store, another, clock}) => {
      const handles = [store, await another(), await another()];
      await store.enqueue(Q, [item(1)]);
      await claimOne(store, S);
      clock.now += S;
      const claims = Array.from({length: 30}, (_, i) => claim(handles[i % 3]!));
      expect((await Promise.all(claims)).flat()).toMatchObject([{attempts: 1}]);
    }),
  );

  test(
    'of several that settle the same claim one succeeds',
    on(async ({store, another}) => {
      const handles = [store, await another(), await another()];
      await store.enqueue(Q, [item(1)]);
      const claimed = await claimOne(store);
      const settled = Array.from({length: 30}, (_, i) =>
        handles[i % 3]!.settle(Q, claimed, {kind: 'dead', error: 'x'}),
      );
      expect((await Promise.all(settled)).filter((done) => done)).toHaveLength(1);
      expect(await factsOf(store)).toMatchObject({dead: 1});
    }),
  );

  test(
    'several that put in at once lose nothing, and no two items share an id',
    on(async ({store, another}) => {
      const handles = [store, await another(), await another()];
      const puts = Array.from({length: 60}, (_, i) =>
        handles[i % 3]!.enqueue(Q, [item(2 * i), item(2 * i + 1)]),
      );
      const ids = (await Promise.all(puts)).flat();
      expect(new Set(ids).size).toBe(120);
      expect(new Set(payloads(await claim(store, 1_000))).size).toBe(120);
    }),
  );

  test(
    'several that drain at once take out each item once',
    on(async ({store, another}) => {
      const handles = [store, await another(), await another()];
      await store.enqueue(
        Q,
        Array.from({length: 200}, (_, i) => item(i)),
      );
      const drains = Array.from({length: 30}, (_, i) => handles[i % 3]!.drain(Q, 'waiting', 10));
      const drained = (await Promise.all(drains)).flat();
      expect(drained).toHaveLength(200);
      expect(new Set(payloads(drained)).size).toBe(200);
    }),
  );
};

const describeHandedOn = (on: OnScene): void => {
  test(
    'items and claims outlive the handle that made them',
    on(async ({store, place, clock}) => {
      const first = await place.open({clock: () => clock.now});
      await first.enqueue(Q, [item('a', {rank: 1}), item('b', {rank: 2, notBefore: START + S})]);
      const claimed = await claimOne(first);
      await first.close();
      expect(await factsOf(store)).toMatchObject({claimed: 1, due: 0, waiting: new Map([['normal', 1]])});
      expect(await store.extend(Q, claimed, MINUTE)).toBe(true);
      expect(await store.settle(Q, claimed, {kind: 'done'})).toBe(true);
      clock.now += S;
      expect((await claimOne(store)).fencingToken).toBeGreaterThan(claimed.fencingToken);
    }),
  );

  test(
    'a handle for reading tells about queues',
    on(async ({store, place, clock}) => {
      await store.enqueue(Q, [item('a')]);
      const reader = await place.open({access: 'read', clock: () => clock.now});
      try {
        expect(await reader.queues()).toEqual(await store.queues());
        expect(payloads(await reader.items(Q, 'waiting', 1))).toEqual(['a']);
      } finally {
        await reader.close();
      }
    }),
  );
};

export const describeQueues = (on: OnScene, handles: 'one' | 'many'): void => {
  describe('queues', () => {
    describe('putting in', () => describeEnqueue(on));
    describe('order', () => describeOrder(on));
    describe('settling', () => describeSettle(on));
    describe('leases', () => describeLeases(on));
    describe('facts', () => describeFacts(on));
    describe('draining', () => describeDrain(on));
    describe('several at once', () => describeTogether(on));
    describe('traffic', () => describeQueueTraffic(on));
    if (handles === 'many') describe('several handles', () => describeHandedOn(on));
  });
};
