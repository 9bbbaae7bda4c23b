import {beforeEach, describe, expect, test} from 'vitest';
import type {BehaviourSpec} from '../../../src/engine/behaviour/behaviour-spec.ts';
import {behaviourAddress, readBehaviour} from '../../../src/engine/behaviour/behaviour-state.ts';
import type {Check, CheckAnswer} from '../../../src/engine/live/check.ts';
import {Kind} from '../../../src/engine/verdict.ts';
import {BehaviourBook, type BehaviourChange} from '../../../src/guard/behaviour/behaviour-book.ts';
import {LONGEST_KEY} from '../../../src/guard/behaviour/limit-behaviour.ts';
import {readMoves} from '../../../src/store/behaviour-moves.ts';
import type {Store} from '../../../src/store/port.ts';
import {HOSTILE_KEYS} from '../../support/hostile-keys.ts';
import {ManualClock, memoryStore, SECOND, watchedStore} from '../support.ts';

const MINUTE = 60 * SECOND;
const SLOT = 5 * MINUTE;
const SPEC: BehaviourSpec = {
  limit: 'plan',
  ladder: ['restricted', 'free', 'premium'],
  window: 60 * MINUTE,
  promote: 0.9,
  demote: 0.3,
  demoteTo: 'next',
  minimumRequests: 20,
};
const ALLOWED = {allowed: true, retryAfter: 0};
const refused = (retryAfter: number) => ({allowed: false, retryAfter});

let clock: ManualClock;
let store: Store;
let changes: BehaviourChange[];
beforeEach(() => {
  clock = new ManualClock();
  store = memoryStore(clock);
  changes = [];
});

const bookOn = (
  on: Store = store,
  more: {maxKeys?: number; spec?: Partial<BehaviourSpec>} = {},
): BehaviourBook =>
  new BehaviourBook({
    specs: [{...SPEC, ...more.spec}],
    call: (ask) => ask(on),
    now: clock.read,
    onChange: (change) => changes.push(change),
    ...(more.maxKeys === undefined ? {} : {maxKeys: more.maxKeys}),
  });

/** A client that sends 20 in a second, gets two of them and never waits. */
const flood = (book: BehaviourBook, key: string, tier = 'free'): void => {
  for (let i = 0; i < 40; i++) {
    book.count('plan', key, tier, i < 2 ? ALLOWED : refused(30 * SECOND));
    clock.advance(50_000);
  }
};

const storedOf = async (key: string) => {
  const [row] = await store.read([behaviourAddress(SPEC, key)]);
  return readBehaviour(row?.words);
};

const earlyAfter = async (steps: readonly (readonly [after: number, retryAfter: number | 'allowed'])[]) => {
  const book = bookOn();
  for (const [after, retryAfter] of steps) {
    clock.advance(after);
    book.count('plan', 'a', 'free', retryAfter === 'allowed' ? ALLOWED : refused(retryAfter));
  }
  await book.share('last');
  return (await storedOf('a'))!.record.slots.reduce((sum, {early}) => sum + early, 0);
};

describe('a request is too early', () => {
  test.each([
    [
      'when it is refused before the wait of the refusal before is over',
      [
        [0, 30 * SECOND],
        [10 * SECOND, 20 * SECOND],
      ],
      1,
    ],
    [
      'not when the wait is over',
      [
        [0, 30 * SECOND],
        [30 * SECOND, 30 * SECOND],
      ],
      0,
    ],
    [
      'not when it is allowed: it did no harm',
      [
        [0, 30 * SECOND],
        [10 * SECOND, 'allowed'],
      ],
      0,
    ],
    [
      'by the whole seconds that a client is told',
      [
        [0, 50_000],
        [600_000, 50_000],
      ],
      1,
    ],
    [
      'not when it was on its way already',
      [
        [0, 30 * SECOND],
        [199_999, 30 * SECOND],
      ],
      0,
    ],
    [
      'from 200 ms after the refusal on',
      [
        [0, 30 * SECOND],
        [200_000, 30 * SECOND],
      ],
      1,
    ],
    [
      'however short the pauses: what counts is when the client was told first',
      [
        [0, SECOND],
        [150_000, SECOND],
        [150_000, SECOND],
        [150_000, SECOND],
      ],
      2,
    ],
    [
      'not when waiting does not help: it was told nothing',
      [
        [0, 0],
        [SECOND, 0],
      ],
      0,
    ],
    [
      'not after an answer: it waited',
      [
        [0, 2 * SECOND],
        [2 * SECOND, 'allowed'],
        [0, 2 * SECOND],
        [2 * SECOND, 2 * SECOND],
      ],
      0,
    ],
  ] as const)('%s', async (_, steps, early) => {
    expect(await earlyAfter(steps)).toBe(early);
  });
});

describe('a key', () => {
  test('that floods is treated as a tier lower, after the next exchange with the store', async () => {
    const book = bookOn();
    flood(book, 'a');
    expect(book.tierOf('plan', 'a', 'free')).toBe('free');
    await book.share();
    expect(book.tierOf('plan', 'a', 'free')).toBe('restricted');
    expect(book.tierOf('plan', 'a', 'premium')).toBe('free');
    expect(book.tierOf('plan', 'a', 'internal')).toBe('internal');
    expect(book.tierOf('plan', 'b', 'free')).toBe('free');
    expect(book.tierOf('other', 'a', 'free')).toBe('free');
    const until = clock.now + SLOT;
    expect(changes).toEqual([
      {limit: 'plan', key: 'a', tier: 'free', treatedAs: 'restricted', move: 'down', until},
    ]);
    expect(await readMoves(store, 'plan')).toEqual([{key: 'a', tier: 'free', at: clock.now}]);
  });

  test('that keeps to its limit evenly is treated as a tier higher, once that is known', async () => {
    const book = bookOn();
    for (let i = 0; i < 24; i++) {
      book.count('plan', 'a', 'free', ALLOWED);
      clock.advance(30 * SECOND);
      await book.share();
      expect(book.tierOf('plan', 'a', 'free')).toBe(clock.now - 2 * SLOT < START ? 'free' : 'premium');
    }
    expect(changes).toHaveLength(1);
  });

  test('that comes back to its limit is moved no more, and the index forgets it', async () => {
    const book = bookOn();
    flood(book, 'a');
    await book.share();
    for (let i = 0; i < 40; i++) {
      clock.advance(MINUTE);
      book.count('plan', 'a', 'free', ALLOWED);
      await book.share('last');
    }
    expect(book.tierOf('plan', 'a', 'free')).toBe('free');
    expect(changes.map(({move}) => move)).toEqual(['down', 'none']);
    expect(await readMoves(store, 'plan')).toEqual([]);
  });

  test('without a request for a window is as if never seen, here and in the store', async () => {
    const book = bookOn();
    flood(book, 'a');
    await book.share();
    clock.advance(SPEC.window + SLOT);
    expect(book.tierOf('plan', 'a', 'free')).toBe('free');
    book.count('plan', 'a', 'free', ALLOWED);
    await book.share('last');
    expect(await storedOf('a')).toMatchObject({record: {since: clock.now}, held: {move: 'none'}});
  });

  test('goes to the lowest tier where the policy says so', async () => {
    const book = bookOn(store, {spec: {demoteTo: 'lowest'}});
    flood(book, 'a', 'premium');
    await book.share();
    expect(book.tierOf('plan', 'a', 'premium')).toBe('restricted');
  });

  test('that is hostile is counted like any other; one that is too long is left alone', async () => {
    const book = bookOn();
    const long = 'x'.repeat(LONGEST_KEY + 1);
    const keys = HOSTILE_KEYS.filter((key) => key !== '' && key.length <= LONGEST_KEY);
    for (const key of [...keys, long]) {
      for (let i = 0; i < 25; i++) book.count('plan', key, 'free', refused(30 * SECOND));
    }
    expect(book.size).toBe(keys.length);
    clock.advance(SECOND);
    for (const key of keys)
      for (let i = 0; i < 200; i++) book.count('plan', key, 'free', refused(30 * SECOND));
    await book.share();
    for (const key of keys) expect(book.tierOf('plan', key, 'free'), JSON.stringify(key)).toBe('restricted');
    expect(book.tierOf('plan', long, 'free')).toBe('free');
  });
});

describe('what is observed of a check', () => {
  const layer = (limit: string, more: object = {}) => ({
    address: {limit, key: 'a', tier: 'free', shape: 't'},
    cost: 1,
    shadow: false,
    ...more,
  });
  const verdict = (kind: Kind) => ({kind, retryAfter: kind === Kind.notYet ? SECOND : 0});
  const observed = async (...layers: readonly (readonly [object, Kind])[]) => {
    const book = bookOn();
    const check = {layers: layers.map(([one]) => one)} as unknown as Check;
    const answer = {
      now: clock.now,
      verdicts: layers.map(([, kind]) => verdict(kind)),
    } as unknown as CheckAnswer;
    book.observe(check, answer);
    await book.share('last');
    const slot = (await storedOf('a'))?.record.slots[0];
    return slot && [slot.requests, slot.refused];
  };

  test.each([
    ['allowed', [[layer('plan'), Kind.allow]], [1, 0]],
    ['refused', [[layer('plan'), Kind.notYet]], [1, 1]],
    ['never', [[layer('plan'), Kind.never]], [1, 1]],
    [
      'allowed here, and refused by another limit: nothing',
      [
        [layer('plan'), Kind.allow],
        [layer('other'), Kind.notYet],
      ],
      undefined,
    ],
    [
      'refused here, too',
      [
        [layer('other'), Kind.notYet],
        [layer('plan'), Kind.notYet],
      ],
      [1, 1],
    ],
    ['a peek: nothing', [[layer('plan', {cost: 0}), Kind.allow]], undefined],
    [
      'refused in shadow: allowed, as the client sees it',
      [[layer('plan', {shadow: true}), Kind.notYet]],
      [1, 0],
    ],
    ['a limit without behaviour: nothing', [[layer('other'), Kind.allow]], undefined],
  ] as const)('%s', async (_, layers, sums) => {
    expect(await observed(...layers)).toEqual(sums);
  });
});

describe('the store', () => {
  test('adds what several processes counted, whoever comes first', async () => {
    const books = [bookOn(), bookOn(), bookOn()];
    // Each alone has too few requests to say anything.
    for (const book of books)
      for (let i = 0; i < 15; i++) {
        book.count('plan', 'a', 'free', refused(60 * SECOND));
        clock.advance(30_000);
      }
    await Promise.all(books.map((book) => book.share()));
    for (const book of books) book.count('plan', 'a', 'free', refused(60 * SECOND));
    await Promise.all(books.map((book) => book.share()));
    for (const book of books) book.count('plan', 'a', 'free', refused(60 * SECOND));
    await Promise.all(books.map((book) => book.share()));
    expect(books.map((book) => book.tierOf('plan', 'a', 'free'))).toEqual(Array(3).fill('restricted'));
    await Promise.all(books.map((book) => book.close()));
    const total = (await storedOf('a'))!.record.slots.reduce((sum, {requests}) => sum + requests, 0);
    expect(total).toBe(3 * 17);
  });

  test('is read for a key that a process sees for the first time', async () => {
    const first = bookOn();
    flood(first, 'a');
    await first.share();
    const second = bookOn();
    second.count('plan', 'a', 'free', ALLOWED);
    await second.share();
    expect(second.tierOf('plan', 'a', 'free')).toBe('restricted');
  });

  test('is asked twice for any number of keys, and not at all when nothing was counted', async () => {
    const watched = watchedStore(store);
    const book = bookOn(watched.store);
    for (let k = 0; k < 300; k++) for (let i = 0; i < 3; i++) book.count('plan', `k${k}`, 'free', ALLOWED);
    await book.share();
    expect(Object.fromEntries(watched.calls)).toEqual({read: 1, change: 1});
    await book.share();
    expect(Object.fromEntries(watched.calls)).toEqual({read: 1, change: 1});
  });

  test('that is lost is done without: the process decides by what it knows, and loses no count', async () => {
    const watched = watchedStore(store);
    const book = bookOn(watched.store);
    flood(book, 'a');
    watched.fault = new Error('gone');
    await book.share();
    expect(book.tierOf('plan', 'a', 'free')).toBe('restricted');
    expect(changes).toHaveLength(1);
    flood(book, 'a');
    await book.share();
    watched.fault = 'none';
    await book.share();
    expect(book.tierOf('plan', 'a', 'free')).toBe('restricted');
    expect((await storedOf('a'))!.record.slots[0]).toMatchObject({requests: 80, refused: 76});
    expect(changes).toHaveLength(1);
  });

  test('may hold nonsense where the behaviour of a key is kept: it is written over', async () => {
    const address = behaviourAddress(SPEC, 'a');
    const next = {words: [1, 2, 3, 4], expiresAt: clock.now + SPEC.window};
    await store.change([{address, expected: 'any', next}]);
    const book = bookOn();
    flood(book, 'a');
    await book.share();
    expect((await storedOf('a'))!.record.slots[0]).toMatchObject({requests: 40});
  });

  test('forgets a key a window after its last request', async () => {
    const book = bookOn();
    flood(book, 'a');
    await book.share();
    const [row] = await store.read([behaviourAddress(SPEC, 'a')]);
    expect(row!.expiresAt).toBe(START + 12 * SLOT);
  });

  test('closing tells the rest; later requests are not counted', async () => {
    const book = bookOn();
    book.start();
    book.count('plan', 'a', 'free', ALLOWED);
    await book.close();
    book.count('plan', 'a', 'free', ALLOWED);
    await book.share('last');
    expect((await storedOf('a'))!.record.slots[0]).toMatchObject({requests: 1});
  });

  test('that is lost is not asked again and again when the book is closed', async () => {
    const watched = watchedStore(store);
    const book = bookOn(watched.store);
    for (let k = 0; k < 5_000; k++) book.count('plan', `k${k}`, 'free', ALLOWED);
    watched.fault = new Error('gone');
    await book.close();
    expect(Object.fromEntries(watched.calls)).toEqual({read: 1});
  });

  test('what a listener throws disturbs nobody', async () => {
    const book = new BehaviourBook({
      specs: [SPEC],
      call: (ask) => ask(store),
      now: clock.read,
      onChange: () => {
        throw new Error('boom');
      },
    });
    flood(book, 'a');
    await book.share();
    expect(book.tierOf('plan', 'a', 'free')).toBe('restricted');
  });
});

describe('a flood of 100,000 keys', {timeout: 120_000}, () => {
  test('is bounded in memory, and writes next to nothing when none comes twice', async () => {
    const watched = watchedStore(store);
    let rows = 0;
    const counting = new Proxy(watched.store, {
      get(target, name) {
        const member = Reflect.get(target, name);
        if (name !== 'change') return member;
        return (changes: readonly unknown[]) => {
          rows += changes.length;
          return (member as (changes: readonly unknown[]) => unknown)(changes);
        };
      },
    }) as Store;
    const book = bookOn(counting);
    for (let k = 0; k < 100_000; k++) {
      book.count('plan', `k${k}`, 'free', ALLOWED);
      clock.advance(1_000);
      if (k % 2_000 === 1_999) await book.share();
    }
    expect(book.size).toBe(10_000);
    expect(book.dropped).toBe(90_000);
    expect(rows).toBe(0);
    expect(watched.calls.get('read')).toBe(50);
  });

  test('writes at most 500 rows in an exchange when all come again and again', async () => {
    const watched = watchedStore(store);
    const book = bookOn(watched.store);
    for (let round = 0; round < 3; round++)
      for (let k = 0; k < 100_000; k++) {
        book.count('plan', `k${k % 10_000}`, 'free', ALLOWED);
        if (k % 10_000 === 9_999) await book.share();
      }
    // Not before they came twice.
    expect(watched.calls.get('change')).toBe(29);
    let stored = 0;
    for await (const page of store.scan({keys: {kind: 'all'}})) stored += page.rows.length;
    expect(stored).toBeLessThanOrEqual(29 * 500);
  });

  test('does not hide a key that floods by itself', async () => {
    const book = bookOn();
    for (let k = 0; k < 9_000; k++) {
      book.count('plan', `k${k}`, 'free', ALLOWED);
      book.count('plan', `k${k}`, 'free', ALLOWED);
      if (k < 400) book.count('plan', 'a', 'free', refused(60 * SECOND));
      clock.advance(1_000);
    }
    await book.share();
    expect(book.tierOf('plan', 'a', 'free')).toBe('restricted');
  });
});

const START = 1_767_225_600_000_000;
