import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import type {ClaimedItem, QueueItem, QueueSettlement, Store} from '../../../src/store/port.ts';
import {MANY_CASES_MS} from '../../support/in-time.ts';
import {HOUR, MINUTE, S} from '../../support/instants.ts';
import {type OpenedStore, STORE_OPENERS} from './openers.ts';

const START = 1_700_000_040_000_000;
let now = START;
let opened: OpenedStore[];

beforeAll(async () => {
  opened = await Promise.all(Object.values(STORE_OPENERS).map((open) => open({clock: () => now})));
});
afterAll(() => Promise.all(opened.map(({close}) => close())));

/** Numbers that look random, the same in every run. */
const randomFrom = (seed: number) => {
  let state = seed;
  const next = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  return {
    below: (n: number): number => Math.floor(next() * n),
    of: <T>(values: readonly T[]): T => values[Math.floor(next() * values.length)]!,
  };
};

/** All stores say the same. */
const expectSame = async (
  what: string,
  ask: (store: Store, i: number) => Promise<unknown>,
): Promise<unknown> => {
  const answers = await Promise.all(
    opened.map(({store}, i) => ask(store, i).catch((error: Error) => `rejected: ${error.name}`)),
  );
  for (const [i, {name}] of opened.entries()) expect(answers[i], `${what}: ${name}`).toEqual(answers[0]);
  return answers[0];
};

const byText = (a: string, b: string): number => (a < b ? -1 : 1);

test.each([1, 2, 3, 4])('documents come, change, end and go alike (%i)', async (seed) => {
  const random = randomFrom(seed);
  const kind = `kind ${seed}`;
  const ids = ['a', 'b', 'Ü', 'a\u0000', '__proto__', ''];
  for (let step = 0; step < 400; step++) {
    now += random.of([0, 1, S, MINUTE]);
    const id = random.of(ids);
    const ifVersion = random.of([undefined, undefined, 0, 1, 2, 3]);
    const expiresAt = random.of([undefined, now + S, now + MINUTE, now, now - 1, Number.POSITIVE_INFINITY]);
    const value = random.of([null, step, 'text\u0000\ud83d\ude00', {a: [step]}, [], '']);
    const options = {
      ...(ifVersion === undefined ? {} : {ifVersion}),
      ...(expiresAt === undefined ? {} : {expiresAt}),
    };
    const actions: readonly (() => Promise<unknown>)[] = [
      () => expectSame(`${step} put`, (store) => store.put(kind, id, value, options)),
      () => expectSame(`${step} put`, (store) => store.put(kind, id, value, options)),
      () => expectSame(`${step} get`, (store) => store.get(kind, id)),
      () => expectSame(`${step} remove`, (store) => store.remove(kind, id, ifVersion)),
      () => expectSame(`${step} list`, (store) => store.list(kind)),
      () => Promise.all(opened.map(({store}) => store.sweep())),
    ];
    await random.of(actions)();
  }
});

/** Items by the order in which they came: every store counts them in its own way. */
class Numbered {
  readonly #numbers = new Map<string, number>();
  add(ids: readonly string[]): void {
    for (const id of ids) this.#numbers.set(id, this.#numbers.size);
  }
  tell(items: readonly (QueueItem & Partial<ClaimedItem>)[]): unknown[] {
    return items.map(({id, fencingToken: _, ...item}) => ({...item, number: this.#numbers.get(id)}));
  }
}

describe('queues', () => {
  test.each([1, 2, 3, 4, 5, 6])(
    'give and take the same items in the same order (%i)',
    async (seed) => {
      const random = randomFrom(seed);
      const queue = `queue ${seed}`;
      const numbered = opened.map(() => new Numbered());
      const claims: ClaimedItem[][] = opened.map(() => []);
      const claimed = opened.map(() => 0);
      const settlement = (step: number): QueueSettlement =>
        random.of<QueueSettlement>([
          {kind: 'done'},
          {kind: 'park', notBefore: random.of([0, now - 1, now, now + S, now + MINUTE])},
          {kind: 'retry', notBefore: random.of([0, now, now + S]), error: `failed ${step}`},
          {kind: 'dead', error: `dead\u0000 ${step}`},
        ]);
      for (let step = 0; step < 500; step++) {
        now += random.of([0, 0, 1, S, 10 * S]);
        const count = random.of([1, 2, 5, 50]);
        const leaseFor = random.of([0, S, 20 * S, MINUTE]);
        const items = Array.from({length: random.below(4)}, (_, i) => ({
          class: random.of(['a', 'b c', 'Ü']),
          rank: random.of([0, -5, 1.5, now, START]),
          notBefore: random.of([0, now, now + 1, now + S, now + HOUR]),
          payload: {step, i, text: '\u0000\ud83d\ude00'},
        }));
        const which = random.below(Math.max(1, claims[0]!.length));
        const settled = settlement(step);
        const claim = (i: number): ClaimedItem | undefined => claims[i]![which];
        const actions: readonly (() => Promise<unknown>)[] = [
          () =>
            expectSame(`${step} enqueue`, async (store, i) => {
              const ids = await store.enqueue(queue, items);
              numbered[i]!.add(ids);
              return ids.length;
            }),
          () =>
            expectSame(`${step} claim`, async (store, i) => {
              const found = await store.claim(queue, {count, leaseFor});
              claims[i]!.push(...found);
              claimed[i]! += found.length;
              return numbered[i]!.tell(found);
            }),
          () =>
            expectSame(`${step} settle ${settled.kind}`, async (store, i) =>
              claim(i) === undefined ? 'none' : store.settle(queue, claim(i)!, settled),
            ),
          () =>
            expectSame(`${step} extend`, async (store, i) =>
              claim(i) === undefined ? 'none' : store.extend(queue, claim(i)!, leaseFor),
            ),
          () =>
            expectSame(`${step} facts`, async (store) => {
              const facts = (await store.queues()).find((each) => each.queue === queue);
              if (facts === undefined) return undefined;
              const {nextAt, waiting, ...rest} = facts;
              return {
                ...rest,
                waiting: [...waiting].sort(([a], [b]) => byText(a, b)),
                // Of what is due already it does not matter since when.
                nextAt: Math.max(nextAt, now),
              };
            }),
          ...(['waiting', 'claimed', 'dead'] as const).map(
            (state) => () =>
              expectSame(`${step} ${state}`, async (store, i) =>
                numbered[i]!.tell(await store.items(queue, state, count)),
              ),
          ),
          ...(step % 10 === 0
            ? [
                () =>
                  expectSame(`${step} drain dead`, async (store, i) =>
                    numbered[i]!.tell(await store.drain(queue, 'dead', count)),
                  ),
                () =>
                  expectSame(`${step} drain all`, async (store, i) => {
                    const drained = await store.drain(queue, 'waiting', 1_000);
                    return new Set(numbered[i]!.tell(drained).map((item) => JSON.stringify(item)));
                  }),
              ]
            : []),
        ];
        await random.of(actions)();
      }
    },
    MANY_CASES_MS,
  );
});

test.each([1, 2, 3])(
  'usage is summed up alike (%i)',
  async (seed) => {
    const random = randomFrom(seed);
    now += 40 * 24 * HOUR;
    const from = now;
    for (let step = 0; step < 150; step++) {
      now += random.of([0, 1, S, MINUTE, MINUTE - 1, 59 * S, HOUR]);
      if (random.below(3) === 0) now = Math.ceil(now / HOUR) * HOUR + random.of([-1, 0, 1]);
      const limits = ['x', 'y:z', 'ü']
        .filter(() => random.below(2) === 0)
        .map((limit) => ({
          limit,
          allowed: random.below(3),
          denied: random.below(3),
          shadowDenied: random.below(2),
        }));
      const keys = ['k1', 'k2', 'k\u0000'].flatMap((key) =>
        random.below(2) === 0
          ? []
          : [
              {
                address: {limit: 'x', key, tier: '', shape: 'g'},
                denied: random.below(4),
                shadow: false,
                until: random.of([now, now + 1, now + 30 * S, now + 5 * MINUTE]),
              },
            ],
      );
      const span = random.of([MINUTE, HOUR, 25 * HOUR]);
      const actions: readonly (() => Promise<unknown>)[] = [
        () => Promise.all(opened.map(({store}) => store.record({limits, keys}))),
        () => Promise.all(opened.map(({store}) => store.record({limits, keys}))),
        () =>
          expectSame(`${step} hot`, async (store) =>
            [...(await store.hot(10))].sort((a, b) => byText(a.address.key, b.address.key)),
          ),
        ...(['minute', 'hour'] as const).map(
          (width) => () =>
            expectSame(`${step} slots`, async (store) => {
              const slots = [];
              for await (const slot of store.slots(now - span, now + 1, width)) slots.push(slot);
              return slots.sort((a, b) => a.at - b.at || byText(a.limit, b.limit));
            }),
        ),
        ...(['hour', 'day'] as const).map(
          (width) => () =>
            expectSame(`${step} denied`, async (store) =>
              [...(await store.mostDenied(from, now + 1, 10, width))].sort((a, b) =>
                byText(a.address.key, b.address.key),
              ),
            ),
        ),
        () => Promise.all(opened.map(({store}) => store.sweep())),
      ];
      await random.of(actions)();
    }
  },
  MANY_CASES_MS,
);
