import {describe, expect, test} from 'vitest';
import {
  advance,
  emptyPool,
  enter,
  leave,
  nextChangeAt,
  type PoolEntry,
  type PoolState,
  placeOf,
  release,
  renew,
  SILENT_AFTER,
  touch,
} from '../../../src/engine/pool/pool.ts';
import {OVERLOADED_AFTER} from '../../../src/engine/pool/pool-order.ts';
import type {PoolSpec} from '../../../src/engine/pool/pool-spec.ts';
import {MS, S} from '../../support/instants.ts';
import {poolSpec} from './pool-specs.ts';

/** A pool with a clock: what tests say of it reads as a log. */
class Scene {
  state: PoolState = emptyPool;
  now = 1_000 * S;
  max: number;
  readonly spec: PoolSpec;

  constructor(given: Partial<PoolSpec> = {}) {
    this.spec = poolSpec(given);
    this.max = this.spec.max;
  }

  /** Asks for a slot, in the form `id`, `id/key` or `id/key/rank`. */
  ask(text: string): PoolEntry {
    const [id = '', key = '', rank = '0'] = text.split('/');
    this.advance();
    const entered = enter(this.state, this.spec, {id, key, rank: Number(rank)}, this.now, this.max);
    this.state = entered.state;
    return entered.entry;
  }

  all(...texts: string[]): PoolEntry[] {
    return texts.map((text) => this.ask(text));
  }

  /** Answers who has a slot from now on. */
  advance(by = 0): string[] {
    this.now += by;
    const advanced = advance(this.state, this.spec, this.now, this.max);
    this.state = advanced.state;
    return advanced.granted.map(({id}) => id);
  }

  /** Gives the slot of somebody back, and answers who has one from now on. */
  done(id: string): string[] {
    const {token} = this.state.leases.find((lease) => lease.id === id)!;
    this.state = release(this.state, this.spec, token, this.now);
    return this.advance();
  }

  get running(): string[] {
    return this.state.leases.map(({id}) => id);
  }

  get waiting(): string[] {
    return this.state.waiting.map(({id}) => id);
  }
}

describe('slots', () => {
  test('there are max of them, then a queue, then nothing', () => {
    const scene = new Scene({max: 2, maxPerKey: 2, queue: 2});
    expect(scene.all('a', 'b', 'c', 'd', 'e').map(({kind}) => kind)).toEqual([
      ...['granted', 'granted', 'queued', 'queued', 'refused'],
    ]);
    expect(scene.done('a')).toEqual(['c']);
    expect(scene.running).toEqual(['b', 'c']);
    expect(scene.waiting).toEqual(['d']);
  });

  test('a client has maxPerKey of them, and who waits for it does not hold up others', () => {
    const scene = new Scene({max: 3, maxPerKey: 1});
    scene.all('a1/a', 'a2/a', 'a3/a');
    expect(scene.waiting).toEqual(['a2', 'a3']);
    expect(scene.ask('b1/b').kind).toBe('granted');
    // A place of a's own goes to the first of a, not to the first of all.
    scene.all('b2/b', 'c1/c');
    expect(scene.running).toEqual(['a1', 'b1', 'c1']);
    expect(scene.done('b1')).toEqual(['b2']);
    expect(scene.done('a1')).toEqual(['a2']);
  });

  test('who asks again with the same id is answered the same, and has one slot or place', () => {
    const scene = new Scene();
    const first = scene.ask('a');
    scene.ask('b');
    const {state} = scene;
    expect(scene.ask('a')).toEqual(first);
    expect(scene.ask('b')).toMatchObject({kind: 'queued', position: 1});
    expect(scene.state).toBe(state);
  });

  test('fencing tokens grow, also when the last one was forgotten and when the clock was set back', () => {
    const scene = new Scene({max: 3, maxPerKey: 3});
    scene.all('a', 'b');
    scene.now -= 60 * S;
    scene.ask('c');
    const tokens = scene.state.leases.map(({token}) => token);
    expect(tokens).toEqual([1_000 * S, 1_000 * S + 1, 1_000 * S + 2]);
    const later = enter(emptyPool, scene.spec, {id: 'd', key: '', rank: 0}, 2_000 * S).state;
    expect(later.lastToken).toBeGreaterThan(tokens.at(-1)!);
  });

  test('a lease that is not renewed ends, to the microsecond, and its slot goes to who waits', () => {
    const scene = new Scene({lease: 30 * S, wait: 60 * S});
    scene.all('a');
    scene.now += 28 * S;
    scene.ask('b');
    expect(scene.advance(2 * S - 1)).toEqual([]);
    expect(nextChangeAt(scene.state, scene.spec, scene.now)).toBe(scene.now + 1);
    expect(scene.advance(1)).toEqual(['b']);
  });

  test('one that is renewed lasts from then on; one that has ended cannot be renewed', () => {
    const scene = new Scene({lease: 30 * S});
    scene.ask('a');
    const {token} = scene.state.leases[0]!;
    scene.now += 29 * S;
    scene.state = renew(scene.state, scene.spec, token, scene.now);
    scene.advance(29 * S);
    expect(scene.running).toEqual(['a']);
    scene.now += S;
    expect(renew(scene.state, scene.spec, token, scene.now)).toBe(scene.state);
    scene.advance();
    expect(scene.running).toEqual([]);
    expect(renew(scene.state, scene.spec, token, scene.now)).toBe(scene.state);
    expect(release(scene.state, scene.spec, token, scene.now)).toBe(scene.state);
  });

  test('a lower max takes nothing away, and gives nothing out until there is room below it', () => {
    const scene = new Scene({max: 3, maxPerKey: 3});
    scene.all('a', 'b', 'c', 'd');
    scene.max = 1;
    expect(scene.done('a')).toEqual([]);
    expect(scene.done('b')).toEqual([]);
    expect(scene.running).toEqual(['c']);
    expect(scene.done('c')).toEqual(['d']);
    scene.all('e', 'f');
    scene.max = 3;
    expect(scene.advance()).toEqual(['e', 'f']);
  });

  test('leases and waits that would never end do so after one lease, and one wait', () => {
    const scene = new Scene({max: 1, queue: 1, lease: 2 * S, wait: 3 * S});
    scene.all('a', 'b');
    const never = Number.MAX_SAFE_INTEGER;
    const [lease] = scene.state.leases;
    const [waiter] = scene.state.waiting;
    scene.state = {
      ...scene.state,
      leases: [{...lease!, until: never}],
      waiting: [{...waiter!, until: never, seen: never}],
    };
    scene.advance();
    expect(scene.state.leases[0]!.until).toBe(scene.now + 2 * S);
    expect(scene.state.waiting[0]!.until).toBe(scene.now + 3 * S);
    expect(scene.advance(2 * S)).toEqual(['b']);
  });

  test('a lease from after the clock was set back ends one lease from now', () => {
    const scene = new Scene({lease: 30 * S});
    scene.ask('a');
    scene.now -= 3_600 * S;
    scene.advance();
    scene.advance(30 * S - 1);
    expect(scene.running).toEqual(['a']);
    scene.advance(1);
    expect(scene.running).toEqual([]);
  });
});

describe('the queue', () => {
  /** Who arrives, how, and who goes when: one second apart, one slot. */
  const orders: readonly {order: PoolSpec['order']; arrive: string[]; go: string[]; apart: number}[] = [
    {order: 'fifo', apart: S, arrive: ['a', 'b', 'c'], go: ['a', 'b', 'c']},
    {order: 'lifo', apart: S, arrive: ['a', 'b', 'c'], go: ['c', 'b', 'a']},
    // A short queue is served in the order of arrival, …
    {order: 'adaptive-lifo', apart: MS, arrive: ['a', 'b', 'c'], go: ['a', 'b', 'c']},
    // … one that has been there for a while from its end.
    {order: 'adaptive-lifo', apart: OVERLOADED_AFTER, arrive: ['a', 'b', 'c'], go: ['c', 'b', 'a']},
    // Classes come first, whatever the order within them.
    {order: 'fifo', apart: S, arrive: ['a//2', 'b//0', 'c//1', 'd//0'], go: ['b', 'd', 'c', 'a']},
    {order: 'lifo', apart: S, arrive: ['a//2', 'b//0', 'c//1', 'd//0'], go: ['d', 'b', 'c', 'a']},
  ];

  test.each(orders)('$order, arriving $apart µs apart: $arrive go as $go', ({order, arrive, go, apart}) => {
    const scene = new Scene({order});
    scene.ask('first');
    for (const text of arrive) {
      scene.now += apart;
      scene.ask(text);
    }
    const went: string[] = [];
    for (let next = 'first'; went.length < arrive.length; next = went.at(-1)!) went.push(...scene.done(next));
    expect(went).toEqual(go);
  });

  test('adaptive-lifo is fifo again once the queue was empty', () => {
    const scene = new Scene({order: 'adaptive-lifo'});
    scene.all('first', 'a');
    scene.advance(S);
    expect(scene.done('first')).toEqual(['a']);
    expect(scene.state.overloadedSince).toBe(0);
    scene.all('b', 'c');
    expect(scene.done('a')).toEqual(['b']);
  });

  test('a full queue gives way to a more important class: the newest of the least important one', () => {
    const scene = new Scene({queue: 3});
    scene.all('running', 'low1//2', 'low2//2', 'mid//1');
    const entered = enter(scene.state, scene.spec, {id: 'high', key: '', rank: 0}, scene.now);
    expect(entered.displaced.map(({id}) => id)).toEqual(['low2']);
    expect(entered.entry).toMatchObject({kind: 'queued', position: 1});
    scene.state = entered.state;
    expect(scene.ask('low3//2')).toMatchObject({kind: 'refused'});
    expect(scene.ask('mid2//1')).toMatchObject({kind: 'queued'});
    expect(scene.waiting).toEqual(['mid', 'high', 'mid2']);
    expect(scene.ask('mid3//1')).toMatchObject({kind: 'refused'});
  });

  test('without a queue nobody waits, and nobody is displaced', () => {
    const scene = new Scene({queue: 0});
    scene.ask('a//2');
    expect(scene.ask('b//0')).toMatchObject({kind: 'refused'});
  });

  test('who waits for too long is taken out, and who gives no sign of life', () => {
    const scene = new Scene({wait: 8 * S});
    scene.all('a', 'silent', 'alive');
    scene.now += 4 * S;
    scene.state = touch(scene.state, new Set(['alive', 'a']), scene.now);
    expect(nextChangeAt(scene.state, scene.spec, scene.now)).toBe(scene.now - 4 * S + SILENT_AFTER);
    const silent = advance(scene.state, scene.spec, 1_000 * S + SILENT_AFTER);
    expect(silent.timedOut.map(({id}) => id)).toEqual(['silent']);
    const late = advance(silent.state, scene.spec, 1_008 * S);
    expect(late.timedOut.map(({id}) => id)).toEqual(['alive']);
    expect(late.state.overloadedSince).toBe(0);
  });

  test('where the caller says so nobody has to give signs of life', () => {
    const {spec} = new Scene({wait: 3_600 * S, lease: 3_600 * S});
    const first = enter(emptyPool, spec, {id: 'a', key: '', rank: 0}, 0).state;
    const second = enter(first, spec, {id: 'b', key: '', rank: 0, seen: Number.MAX_SAFE_INTEGER}, 0).state;
    expect(advance(second, spec, 3_000 * S).state).toBe(second);
    expect(nextChangeAt(second, spec, 0)).toBe(3_600 * S);
  });

  test('who leaves is out', () => {
    const scene = new Scene();
    scene.all('a', 'b', 'c');
    scene.state = leave(scene.state, 'b');
    expect(scene.waiting).toEqual(['c']);
    expect(leave(scene.state, 'a')).toBe(scene.state);
  });

  test('a newcomer does not go before somebody who could go', () => {
    const scene = new Scene({max: 2, maxPerKey: 2});
    scene.all('a', 'b', 'c');
    const {token} = scene.state.leases[0]!;
    // Given back, and nobody has advanced the pool yet.
    const freed = release(scene.state, scene.spec, token, scene.now);
    expect(enter(freed, scene.spec, {id: 'd', key: '', rank: 0}, scene.now).entry.kind).toBe('queued');
  });

  test('nothing of no use is done: a pool that does not change is the same object', () => {
    const scene = new Scene({max: 1});
    scene.all('a', 'b');
    expect(advance(scene.state, scene.spec, scene.now).state).toBe(scene.state);
    expect(touch(scene.state, new Set(['b', 'nobody']), scene.now)).toBe(scene.state);
  });
});

describe('estimates', () => {
  test('position × mean hold ÷ max', () => {
    const scene = new Scene({max: 2, maxPerKey: 2});
    scene.all('a', 'b', 'c', 'd', 'e', 'f');
    scene.now += 4 * S;
    scene.done('a');
    // One slot was held for 4 s; two slots give one back every 2 s.
    expect(placeOf(scene.state, scene.spec, 'd', scene.now)).toEqual({position: 1, estimatedWait: 2 * S});
    expect(placeOf(scene.state, scene.spec, 'f', scene.now)).toEqual({position: 3, estimatedWait: 6 * S});
    expect(placeOf(scene.state, scene.spec, 'a', scene.now)).toBeUndefined();
  });

  test('a client that has all its slots waits for one of its own', () => {
    const scene = new Scene({max: 4, maxPerKey: 1});
    scene.all('warm');
    scene.now += 4 * S;
    scene.done('warm');
    scene.all('a1/a', 'a2/a', 'a3/a');
    expect(placeOf(scene.state, scene.spec, 'a3', scene.now)).toEqual({position: 2, estimatedWait: 8 * S});
  });

  test('the mean follows a change slowly, and a refusal says when a place may be free', () => {
    const scene = new Scene({queue: 0});
    scene.ask('a');
    expect(scene.ask('b')).toEqual({kind: 'refused', retryAfter: S});
    scene.now += 10 * S;
    scene.done('a');
    scene.ask('c');
    scene.now += 20 * S;
    scene.done('c');
    expect(scene.state.meanHold).toBe(11 * S);
    scene.ask('d');
    expect(scene.ask('e')).toEqual({kind: 'refused', retryAfter: 11 * S});
  });
});
