import fc from 'fast-check';
import {describe, expect, test, vi} from 'vitest';
import {mergePools} from '../../../src/engine/pool/merge-pools.ts';
import {
  advance,
  emptyPool,
  enter,
  leave,
  nextChangeAt,
  type PoolState,
  release,
  renew,
  SILENT_AFTER,
  touch,
} from '../../../src/engine/pool/pool.ts';
import {readPoolState} from '../../../src/engine/pool/pool-reader.ts';
import type {PoolSpec} from '../../../src/engine/pool/pool-spec.ts';
import {MANY_CASES_MS} from '../../support/in-time.ts';
import {S} from '../../support/instants.ts';
import {poolSpec} from './pool-specs.ts';

vi.setConfig({testTimeout: MANY_CASES_MS});

type Move =
  | {readonly kind: 'enter'; readonly key: string; readonly rank: number}
  | {readonly kind: 'pass'; readonly us: number}
  | {readonly kind: 'release' | 'renew' | 'leave' | 'touch'; readonly which: number}
  | {readonly kind: 'max'; readonly max: number};

const index = fc.nat({max: 20});
const move: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('enter' as const),
      key: fc.constantFrom('', 'a', 'b'),
      rank: fc.nat({max: 2}),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('release', 'renew', 'leave', 'touch'),
      which: index,
    }),
  },
  {weight: 2, arbitrary: fc.record({kind: fc.constant('pass' as const), us: fc.nat({max: 4 * S})})},
  {weight: 1, arbitrary: fc.record({kind: fc.constant('max' as const), max: fc.integer({min: 1, max: 6})})},
) as fc.Arbitrary<Move>;

const spec: fc.Arbitrary<PoolSpec> = fc
  .record({
    max: fc.integer({min: 1, max: 4}),
    maxPerKey: fc.integer({min: 1, max: 4}),
    queue: fc.nat({max: 5}),
    wait: fc.integer({min: 1, max: 12 * S}),
    lease: fc.integer({min: 1, max: 8 * S}),
    order: fc.constantFrom('fifo' as const, 'lifo' as const, 'adaptive-lifo' as const),
  })
  .map((given) => poolSpec({...given, maxPerKey: Math.min(given.max, given.maxPerKey)}));

/** What became of everybody who ever came: told by the answers alone, without looking into the state. */
class Ledger {
  readonly fates = new Map<string, 'waits' | 'runs' | 'over'>();

  set(ids: readonly {readonly id: string}[], fate: 'waits' | 'runs' | 'over', expected: string): void {
    for (const {id} of ids) {
      expect(this.fates.get(id), id).toBe(expected);
      this.fates.set(id, fate);
    }
  }

  all(fate: string): string[] {
    return [...this.fates].filter(([, one]) => one === fate).map(([id]) => id);
  }
}

describe('any sequence of moves', () => {
  test('keeps max, maxPerKey and the queue’s bound, loses nobody, and leaves no slot free that somebody could have', () => {
    fc.assert(
      fc.property(spec, fc.array(move, {maxLength: 60}), (given, moves) => {
        const ledger = new Ledger();
        let state: PoolState = emptyPool;
        let now = 1_000 * S;
        let {max} = given;
        let count = 0;
        const advanced = (): void => {
          const before = state;
          const step = advance(state, given, now, max);
          state = step.state;
          ledger.set(step.lost, 'over', 'runs');
          ledger.set(step.timedOut, 'over', 'waits');
          ledger.set(step.granted, 'runs', 'waits');
          for (const lease of step.granted) {
            expect(lease.token).toBeGreaterThan(before.lastToken);
            expect(lease.until).toBe(now + given.lease);
          }
        };
        for (const one of moves) {
          advanced();
          const {leases, waiting} = state;
          if (one.kind === 'pass') now += one.us;
          else if (one.kind === 'max') max = Math.min(one.max, given.max);
          else if (one.kind === 'enter') {
            const id = `n${++count}`;
            const entered = enter(state, given, {id, key: one.key, rank: one.rank}, now, max);
            const kind = entered.entry.kind;
            ledger.fates.set(id, kind === 'granted' ? 'runs' : kind === 'queued' ? 'waits' : 'over');
            ledger.set(entered.displaced, 'over', 'waits');
            expect(entered.displaced.every(({rank}) => rank > one.rank)).toBe(true);
            if (kind === 'refused') expect(waiting.length).toBeGreaterThanOrEqual(given.queue);
            if (kind === 'granted') expect(leases.length).toBeLessThan(max);
            ({state} = entered);
          } else if (one.kind === 'leave' || one.kind === 'touch') {
            const waiter = waiting[one.which % Math.max(1, waiting.length)];
            if (waiter !== undefined && one.kind === 'leave') {
              state = leave(state, waiter.id);
              ledger.set([waiter], 'over', 'waits');
            } else if (waiter !== undefined) state = touch(state, new Set([waiter.id]), now);
          } else {
            const lease = leases[one.which % Math.max(1, leases.length)];
            if (lease !== undefined && one.kind === 'release') {
              state = release(state, given, lease.token, now);
              ledger.set([lease], 'over', 'runs');
            } else if (lease !== undefined) state = renew(state, given, lease.token, now);
          }
          advanced();
          // Nobody is lost, and nobody is there twice.
          expect(state.leases.map(({id}) => id).sort()).toEqual(ledger.all('runs').sort());
          expect(state.waiting.map(({id}) => id).sort()).toEqual(ledger.all('waits').sort());
          // Bounds.
          expect(state.leases.length).toBeLessThanOrEqual(given.max);
          expect(state.waiting.length).toBeLessThanOrEqual(given.queue);
          const byKey = new Map<string, number>();
          for (const {key} of state.leases) byKey.set(key, (byKey.get(key) ?? 0) + 1);
          for (const held of byKey.values()) expect(held).toBeLessThanOrEqual(given.maxPerKey);
          // Work conserving.
          if (state.leases.length < max)
            for (const {key} of state.waiting) expect(byKey.get(key) ?? 0).toBe(given.maxPerKey);
          // What lasts, lasts.
          expect(state.leases.every(({until}) => until > now)).toBe(true);
          expect(state.waiting.every(({until, seen}) => until > now && seen + SILENT_AFTER > now)).toBe(true);
          expect(state.overloadedSince > 0).toBe(state.waiting.length > 0);
          // JSON holds it.
          expect(readPoolState(JSON.parse(JSON.stringify(state)))).toEqual(state);
        }
      }),
    );
  });

  test('advance does nothing by itself before nextChangeAt, and something then', () => {
    fc.assert(
      fc.property(
        spec,
        fc.array(fc.record({key: fc.constantFrom('', 'a'), rank: fc.nat({max: 2})}), {maxLength: 10}),
        (given, newcomers) => {
          let state: PoolState = emptyPool;
          for (const [i, {key, rank}] of newcomers.entries())
            ({state} = enter(state, given, {id: `n${i}`, key, rank}, 1_000 * S));
          const next = nextChangeAt(state, given, 1_000 * S);
          if (next === Number.POSITIVE_INFINITY) expect(newcomers).toEqual([]);
          else {
            expect(advance(state, given, next - 1).state).toBe(state);
            expect(advance(state, given, next).state).not.toBe(state);
          }
        },
      ),
    );
  });
});

describe('a store that has forgotten something', () => {
  const given = poolSpec({max: 3, maxPerKey: 3});
  const seen = ['a', 'b', 'c', 'd'].reduce(
    (state, id) => enter(state, given, {id, key: '', rank: 0}, 1_000 * S).state,
    emptyPool,
  );

  test('gets back what was seen: slots, waiters and the last token', () => {
    expect(mergePools(emptyPool, seen)).toEqual({...seen});
    expect(mergePools(undefined, seen)).toEqual({...seen});
  });

  test('keeps what was granted since: too few slots for a while rather than too many', () => {
    const anew = enter(emptyPool, given, {id: 'new', key: '', rank: 0}, 900 * S).state;
    const merged = mergePools(anew, seen);
    expect(merged.leases.map(({id}) => id)).toEqual(['new', 'a', 'b', 'c']);
    expect(merged.lastToken).toBe(seen.lastToken);
    expect(advance(merged, given, 1_001 * S).granted).toEqual([]);
    expect(readPoolState(JSON.parse(JSON.stringify(merged)))).toEqual(merged);
  });

  test('what is newer than what was seen is left as it is', () => {
    const newer = release(seen, given, seen.leases[0]!.token, 1_001 * S);
    expect(mergePools(newer, seen)).toBe(newer);
  });
});

describe('what a store may hold', () => {
  const given = poolSpec({max: 2, maxPerKey: 2});
  const state = ['a', 'b', 'c'].reduce(
    (before, id) => enter(before, given, {id, key: 'k', rank: 1}, 1_000 * S).state,
    emptyPool,
  );
  const [lease, second] = state.leases;
  const [waiter] = state.waiting;

  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['text', 'pool'],
    ['a list', []],
    ['half of it', {...state, waiting: undefined}],
    ['a token that is no whole number', {...state, leases: [{...lease, token: 1.5}]}],
    ['a last token that cannot grow for long', {...state, lastToken: Number.MAX_SAFE_INTEGER}],
    ['a token above the last', {...state, leases: [{...lease, token: state.lastToken + 1}]}],
    ['tokens that do not grow', {...state, leases: [second, lease]}],
    ['an id twice', {...state, leases: [lease, {...second, id: lease!.id}]}],
    ['somebody who runs and waits', {...state, waiting: [{...waiter, id: lease!.id}]}],
    ['an instant below 0', {...state, waiting: [{...waiter, seen: -1}]}],
    ['a key without end', {...state, leases: [{...lease, key: 'k'.repeat(5_000)}]}],
    ['leases without end', {...state, leases: Array.from({length: 20_001}, () => lease)}],
    ['a queue that is overloaded and empty', {...state, waiting: []}],
    ['a queue that is full and not overloaded', {...state, overloadedSince: 0}],
  ])('%s is no pool', (_, value) => {
    expect(readPoolState(value)).toBeUndefined();
  });

  test('fields of later versions are left out', () => {
    expect(readPoolState({...state, colour: 'red', leases: [{...lease, colour: 'red'}, second]})).toEqual(
      state,
    );
  });
});
