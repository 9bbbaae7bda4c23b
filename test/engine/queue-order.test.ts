import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {compareRanked, overtakenUntil, type QueueClass, rankOf} from '../../src/engine/queue-order.ts';
import {check} from '../support/check.ts';
import {MINUTE, S} from '../support/instants.ts';

const HIGH = {name: 'high', handicap: 0};
const NORMAL = {name: 'normal', handicap: MINUTE};
const LOW = {name: 'low', handicap: 10 * MINUTE};

interface Item {
  readonly class: QueueClass;
  readonly at: number;
  readonly rank: number;
  readonly id: string;
}

const item = (own: QueueClass, at: number, id: string): Item => ({class: own, at, rank: rankOf(own, at), id});

const order = (items: readonly Item[]): string =>
  [...items]
    .sort(compareRanked)
    .map(({id}) => id)
    .join(' ');

describe('a queue', () => {
  test('does better classes first', () => {
    expect(order([item(LOW, 0, '1'), item(NORMAL, 1 * S, '2'), item(HIGH, 2 * S, '3')])).toBe('3 2 1');
  });

  test('does an item before better ones that came more than its handicap later', () => {
    const low = item(LOW, 0, '1');
    expect(order([low, item(HIGH, 10 * MINUTE - 1, '2')])).toBe('2 1');
    expect(order([low, item(HIGH, 10 * MINUTE, '2')])).toBe('1 2');
    expect(overtakenUntil(LOW, HIGH, 0)).toBe(10 * MINUTE);
    expect(overtakenUntil(LOW, NORMAL, 0)).toBe(9 * MINUTE);
    expect(overtakenUntil(HIGH, LOW, 10 * MINUTE)).toBe(0);
  });

  test('keeps the order of arrival within a class, also of one instant', () => {
    expect(order([item(LOW, 5, '10'), item(LOW, 5, '9'), item(LOW, 4, '11')])).toBe('11 9 10');
  });

  const CLASSES = fc.array(fc.integer({min: 0, max: 50}), {minLength: 1, maxLength: 4});
  const ARRIVALS = fc.array(fc.record({which: fc.nat(3), gap: fc.nat(10)}), {minLength: 1, maxLength: 60});

  const arrive = (
    handicaps: readonly number[],
    arrivals: readonly {which: number; gap: number}[],
  ): Item[] => {
    const classes = handicaps.map((handicap, n) => ({name: `class ${n}`, handicap}));
    let at = 0;
    return arrivals.map(({which, gap}, n) => {
      at += gap;
      return item(classes[which % classes.length]!, at, `${n}`);
    });
  };

  test('lets nobody go first who came later than the handicap after an item', () => {
    check(fc.tuple(CLASSES, ARRIVALS), ([handicaps, arrivals]) => {
      const sorted = arrive(handicaps, arrivals).sort(compareRanked);
      for (const [n, own] of sorted.entries()) {
        for (const before of sorted.slice(0, n)) {
          expect(before.at - own.at).toBeLessThanOrEqual(own.class.handicap);
          if (before.class !== own.class && before.at !== own.at)
            expect(before.at).toBeLessThanOrEqual(overtakenUntil(own.class, before.class, own.at));
        }
      }
    });
  });

  test('starves nobody: with one worker, an item is done once all that came up to its handicap later are', () => {
    check(fc.tuple(CLASSES, ARRIVALS), ([handicaps, arrivals]) => {
      const coming = arrive(handicaps, arrivals);
      const waiting: Item[] = [];
      const last = coming.at(-1)!.at;
      // One item per instant, so that there is always one too many.
      for (let now = 0; now <= last || waiting.length > 0; now++) {
        waiting.push(...coming.filter(({at}) => at === now));
        waiting.sort(compareRanked);
        const next = waiting.shift();
        if (next === undefined) continue;
        const competitors = coming.filter(({at}) => at <= next.at + next.class.handicap).length;
        expect(now - next.at).toBeLessThanOrEqual(competitors);
      }
    });
  });
});
