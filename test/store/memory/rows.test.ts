import fc from 'fast-check';
import {expect, test, vi} from 'vitest';
import type {Check, CheckAnswer, RowAddress} from '../../../src/engine/live/check.ts';
import {CheckDecider} from '../../../src/engine/live/check-decider.ts';
import {MemoryStore} from '../../../src/store/memory/memory-store.ts';
import type {RowChange, StoredRow} from '../../../src/store/port.ts';
import {MANY_CASES_MS} from '../../support/in-time.ts';
import {HOUR, MINUTE, S} from '../../support/instants.ts';
import {
  concurrencySpec,
  fixedWindowSpec,
  gcraSpec,
  slidingLogSpec,
  tokenBucketSpec,
} from '../../support/policies.ts';
import {ask, checkOf, limitOfBuckets, pagesOf, rowsOf, START} from '../contract/scene.ts';

vi.setConfig({testTimeout: MANY_CASES_MS});

const SLACK = 5_000_000;

/** Rows as words in a map, one object each: what the store has to be equal to. */
class PlainRows {
  readonly #decider = new CheckDecider();
  readonly #rows = new Map<string, StoredRow>();

  check(check: Check, now: number): CheckAnswer {
    const rows = check.layers.map(({address, buckets}) => {
      const state = new Float64Array(buckets.words);
      const row = this.read(address, now);
      try {
        if (row !== undefined) buckets.load(state, 0, row.words);
      } catch {
        buckets.clear(state, 0);
      }
      return {state, expiresAt: 0};
    });
    const answer = this.#decider.decide(check, rows, now);
    check.layers.forEach(({address, buckets}, i) => {
      const {state, expiresAt} = rows[i]!;
      if (this.#decider.charged[i])
        this.put({address, words: buckets.save(state, 0), expiresAt: expiresAt + SLACK});
      buckets.clear(state, 0);
    });
    return answer;
  }

  read(address: RowAddress, now: number): StoredRow | undefined {
    const row = this.#rows.get(JSON.stringify(address));
    return row === undefined || row.expiresAt <= now ? undefined : row;
  }

  put(row: StoredRow): void {
    this.#rows.set(JSON.stringify(row.address), row);
  }

  remove(address: RowAddress): void {
    this.#rows.delete(JSON.stringify(address));
  }

  all(now: number): readonly StoredRow[] {
    return [...this.#rows.values()].filter(({expiresAt}) => expiresAt > now);
  }
}

/** The first two have rows in common, and so have the lists: another rate goes on with what was counted. */
const LIMITS = [
  [tokenBucketSpec(2, S, 3)],
  [tokenBucketSpec(5, MINUTE, 2)],
  [slidingLogSpec(2, MINUTE)],
  [slidingLogSpec(4, MINUTE)],
  [concurrencySpec(2, MINUTE), gcraSpec(3, S)],
  [fixedWindowSpec(2, HOUR), gcraSpec(3, S)],
];

const KEYS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', '__proto__', ''];

const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('check' as const),
      limit: fc.nat(LIMITS.length - 1),
      key: fc.constantFrom(...KEYS),
      cost: fc.constantFrom(0, 1, 1, 1, 2),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('change' as const),
      limit: fc.nat(LIMITS.length - 1),
      key: fc.constantFrom(...KEYS),
      to: fc.constantFrom('nothing' as const, 'row of the first key' as const, 'none of its shape' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('wait' as const),
      span: fc.constantFrom(1, S, 7 * S, 2 * MINUTE, 2 * HOUR),
    }),
  },
  {weight: 1, arbitrary: fc.record({kind: fc.constant('sweep' as const)})},
);

const byAddress = (rows: readonly StoredRow[]): readonly StoredRow[] =>
  [...rows].sort((a, b) => (JSON.stringify(a.address) < JSON.stringify(b.address) ? -1 : 1));

test('rows that share an array are as if each stood by itself, whoever comes, goes or is written from outside', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, {minLength: 1, maxLength: 120, size: 'max'}), async (steps) => {
      const clock = {now: START};
      const store = new MemoryStore({access: 'write', clock: () => clock.now, slack: SLACK});
      const plain = new PlainRows();
      // Lists of a bucket are its own: the two sides have buckets of their own.
      const [ours, theirs] = [LIMITS, LIMITS].map((all) => all.map((specs) => limitOfBuckets(...specs)));
      const addressOf = (limit: number, key: string): RowAddress => ({
        ...{limit: 'limit', key, tier: ''},
        shape: ours![limit]!.bucketsOf('limit', key, '', clock.now)!.shape,
      });
      for (const step of steps) {
        if (step.kind === 'wait') clock.now += step.span;
        else if (step.kind === 'sweep') await store.sweep();
        else if (step.kind === 'check') {
          const [mine, other] = [ours, theirs].map((routers) =>
            checkOf(routers![step.limit]!, {key: step.key}, {cost: step.cost, now: clock.now}),
          );
          if (mine!.layers.length === 0) continue;
          expect(await ask(store, mine!)).toEqual(plain.check(other!, clock.now));
        } else {
          const address = addressOf(step.limit, step.key);
          const first = plain.read(addressOf(step.limit, KEYS[0]!), clock.now);
          if (step.to === 'row of the first key' && first === undefined) continue;
          const words = step.to === 'none of its shape' ? [1] : first?.words;
          const next: RowChange['next'] =
            step.to === 'nothing' ? undefined : {words: words!, expiresAt: clock.now + 3 * S};
          await store.change([{address, expected: 'any', next}]);
          if (next === undefined) plain.remove(address);
          else plain.put({address, ...next});
        }
        const row = addressOf(0, 'a');
        expect((await store.read([row]))[0]).toEqual(plain.read(row, clock.now));
      }
      expect(byAddress(await rowsOf(store, {keys: {kind: 'all'}}))).toEqual(byAddress(plain.all(clock.now)));
    }),
    {numRuns: 400},
  );
});

test('a listing has every row that stays, whatever goes and comes between its pages', async () => {
  const store = new MemoryStore({access: 'write', clock: () => START});
  const router = limitOfBuckets(tokenBucketSpec(1, HOUR, 1));
  const names = Array.from({length: 1_000}, (_, i) => `${i}`);
  for (const key of names) await ask(store, checkOf(router, {key}));
  const seen: string[] = [];
  let next = 0;
  for await (const {rows} of store.scan({keys: {kind: 'all'}}, 10)) {
    seen.push(...rows.map(({address}) => address.key));
    for (let n = 0; n < 8; n++) {
      const address = {limit: 'limit', key: `${next++}`, tier: '', shape: 't'};
      await store.change([{address, expected: 'any', next: undefined}]);
      await ask(store, checkOf(router, {key: `new ${next}`}));
    }
  }
  expect(new Set(seen).size).toBe(seen.length);
  const stayed = names.filter((name) => Number(name) >= next);
  expect(seen).toEqual(expect.arrayContaining(stayed));
  expect((await pagesOf(store, {keys: {kind: 'all'}}, 100)).length).toBeGreaterThan(1);
});
