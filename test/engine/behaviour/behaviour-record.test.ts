import fc from 'fast-check';
import {describe, expect, test, vi} from 'vitest';
import {
  BEHAVIOUR_SLOTS,
  type BehaviourRecord,
  behaviourAt,
  behaviourEndsAt,
  countRequest,
  emptyBehaviour,
  mergeBehaviour,
} from '../../../src/engine/behaviour/behaviour-record.ts';
import {scoreOf} from '../../../src/engine/behaviour/behaviour-score.ts';
import {
  behaviourAddress,
  behaviourWords,
  isBehaviourRow,
  readBehaviour,
} from '../../../src/engine/behaviour/behaviour-state.ts';
import {MANY_CASES_MS} from '../../support/in-time.ts';
import {MINUTE, PLAN, SLOT, START, slotsOf} from './behaviour-specs.ts';

vi.setConfig({testTimeout: MANY_CASES_MS});

const SPEC = {...PLAN, minimumRequests: 1};

interface Sent {
  readonly at: number;
  readonly refused: boolean;
  readonly early: boolean;
}

/** Up to two windows of traffic, in order. */
const traffic = fc
  .array(
    fc.record({gap: fc.integer({min: 0, max: 4 * MINUTE}), refused: fc.boolean(), early: fc.boolean()}),
    {
      minLength: 1,
      maxLength: 60,
    },
  )
  .map((all) => {
    let at = START;
    return all.map(({gap, refused, early}): Sent => {
      at += gap;
      return {at, refused, early};
    });
  });

const recordOf = (all: readonly Sent[]): BehaviourRecord =>
  all.reduce((record, {at, ...request}) => countRequest(record, SPEC, request, at), emptyBehaviour);

const scoreAfter = (all: readonly Sent[]): number => scoreOf(recordOf(all), SPEC, all.at(-1)!.at).score;

describe('the record of a key', () => {
  test('counts in slots, and forgets a slot at a time', () => {
    const request = {refused: true, early: false};
    let record = countRequest(emptyBehaviour, PLAN, request, START + MINUTE);
    record = countRequest(record, PLAN, {refused: false, early: true}, START + SLOT - 1);
    record = countRequest(record, PLAN, request, START + SLOT);
    expect(record).toEqual({since: START + MINUTE, slots: slotsOf([2, 1, 1], [1, 1, 0])});
    expect(behaviourAt(record, PLAN, START + 12 * SLOT - 1)).toBe(record);
    expect(behaviourAt(record, PLAN, START + 12 * SLOT)).toEqual({
      since: START + MINUTE,
      slots: record.slots.slice(1),
    });
    expect(behaviourEndsAt(record, PLAN)).toBe(START + 13 * SLOT);
    expect(behaviourAt(record, PLAN, START + 13 * SLOT)).toEqual(emptyBehaviour);
  });

  test('of a key that was silent for a window begins anew', () => {
    const before = recordOf([{at: START, refused: true, early: true}]);
    const after = countRequest(before, PLAN, {refused: false, early: false}, START + 20 * SLOT);
    expect(after.since).toBe(START + 20 * SLOT);
  });

  test('takes a slot of the future for the current one', () => {
    const record = {
      since: START + 50 * SLOT,
      slots: [{at: START + 50 * SLOT, requests: 3, refused: 1, early: 1}],
    };
    expect(behaviourAt(record, PLAN, START + 7)).toEqual({since: START + 7, slots: slotsOf([3, 1, 1])});
  });

  test('has twelve slots at most, and a score from 0 to 1', () => {
    fc.assert(
      fc.property(traffic, fc.nat(2 * PLAN.window), (all, later) => {
        const record = recordOf(all);
        expect(record.slots.length).toBeLessThanOrEqual(BEHAVIOUR_SLOTS);
        const {score, terms} = scoreOf(record, SPEC, all.at(-1)!.at + later);
        expect(score).toBeGreaterThanOrEqual(0);
        expect(score).toBeLessThanOrEqual(1);
        for (const {value} of terms) expect(value).toBeGreaterThanOrEqual(0);
        for (const {value} of terms) expect(value).toBeLessThanOrEqual(1);
      }),
    );
  });

  test('is the same however the traffic was spread over processes, and in whatever order they are merged', () => {
    fc.assert(
      fc.property(traffic, fc.infiniteStream(fc.nat(3)), fc.boolean(), (all, processes, backwards) => {
        const parts: Sent[][] = [[], [], [], []];
        for (const sent of all) parts[processes.next().value as number]!.push(sent);
        const now = all.at(-1)!.at;
        // A record that ended before another began would be gone from a store by then.
        const records = parts.map((part) => behaviourAt(recordOf(part), SPEC, now));
        const merge = (a: BehaviourRecord, b: BehaviourRecord) => mergeBehaviour(a, b, SPEC);
        const merged = backwards
          ? records.reduceRight(merge, emptyBehaviour)
          : merge(merge(records[0]!, records[1]!), merge(records[2]!, records[3]!));
        const whole = behaviourAt(recordOf(all), SPEC, now);
        expect(merged.slots).toEqual(whole.slots);
        expect(scoreOf(merged, SPEC, now)).toEqual(scoreOf({...whole, since: merged.since}, SPEC, now));
        if (all[0]!.at > now - 11 * SLOT) expect(merged.since).toBe(whole.since);
      }),
    );
  });

  test('merging does not depend on the order', () => {
    const slots = fc
      .uniqueArray(fc.record({at: fc.nat(40), requests: fc.integer({min: 1, max: 99})}), {
        selector: ({at}) => at,
      })
      .map((all) =>
        all
          .sort((a, b) => a.at - b.at)
          .map(({at, requests}) => ({at: START + at * SLOT, requests, refused: 0, early: 0}))
          .slice(-BEHAVIOUR_SLOTS),
      );
    const record = slots.map((all): BehaviourRecord => ({since: all[0]?.at ?? 0, slots: all}));
    fc.assert(
      fc.property(record, record, record, (a, b, c) => {
        const merge = (x: BehaviourRecord, y: BehaviourRecord) => mergeBehaviour(x, y, SPEC);
        expect(merge(merge(a, b), c).slots).toEqual(merge(a, merge(b, c)).slots);
        expect(merge(a, b).slots).toEqual(merge(b, a).slots);
      }),
    );
  });

  test('a refusal in place of an answer never raises the score, nor does haste in place of patience', () => {
    fc.assert(
      fc.property(
        traffic,
        fc.nat(),
        fc.constantFrom('refused' as const, 'early' as const),
        (all, which, what) => {
          const i = which % all.length;
          const better = all.map((one, j) => (j === i ? {...one, [what]: false} : one));
          const worse = all.map((one, j) => (j === i ? {...one, [what]: true} : one));
          expect(scoreAfter(worse)).toBeLessThanOrEqual(scoreAfter(better));
        },
      ),
    );
  });

  test('one more request that is refused and early never raises the score', () => {
    fc.assert(
      fc.property(traffic, (all) => {
        const one = {at: all.at(-1)!.at, refused: true, early: true};
        expect(scoreAfter([...all, one])).toBeLessThanOrEqual(scoreAfter(all));
      }),
    );
  });
});

describe('a stored row of behaviour', () => {
  const state = {
    record: {since: START + 7, slots: slotsOf([2, 1, 1], [0, 0, 0], [5, 0, 0])},
    held: {move: 'down', at: START + 9},
  } as const;

  test('is a few numbers, and comes back as it was', () => {
    const words = behaviourWords(state);
    expect(words).toEqual([START + 7, -1, START + 9, START, 2, 1, 1, START + 2 * SLOT, 5, 0, 0]);
    expect(readBehaviour(JSON.parse(JSON.stringify(words)))).toEqual(state);
  });

  test('is told from those of buckets by its shape, and by its window from those of another policy', () => {
    expect(behaviourAddress(PLAN, 'a/b:{}')).toEqual({limit: 'plan', key: 'a/b:{}', tier: '', shape: 'b1h'});
    expect(behaviourAddress({...PLAN, window: 90 * MINUTE}, 'a').shape).toBe('b90m');
    expect(isBehaviourRow({shape: 'b1h'})).toBe(true);
    expect(isBehaviourRow({shape: 't,f1h'})).toBe(false);
  });

  const words = behaviourWords(state);
  const with_ = (i: number, word: unknown): readonly unknown[] =>
    words.map((old, j) => (i === j ? word : old));

  test.each([
    ['nothing', undefined],
    ['a text', 'abc'],
    ['a mapping', {length: 3}],
    ['too short', words.slice(0, 2)],
    ['half a slot', words.slice(0, 5)],
    [
      'more slots than there are',
      [START, 0, 0, ...Array.from({length: 13}, (_, i) => [START + i * SLOT, 1, 0, 0]).flat()],
    ],
    ['a move that there is not', with_(1, 2)],
    ['half a move', with_(1, 0.5)],
    ['a text for a move', with_(1, '-1')],
    ['a negative instant', with_(0, -1)],
    ['no number', with_(2, Number.NaN)],
    ['a slot of nothing', with_(4, 0)],
    ['more refused than sent', with_(5, 3)],
    ['more early than sent', with_(6, 3)],
    ['half a request', with_(4, 2.5)],
    ['more than can be counted', with_(4, 2 ** 50)],
    ['slots that do not follow each other', with_(7, START)],
  ])('that holds %s is none', (_, value) => {
    expect(readBehaviour(value)).toBeUndefined();
  });

  test('whatever its numbers are, the score stays from 0 to 1', () => {
    const word = fc.oneof(fc.nat(3), fc.nat(), fc.maxSafeNat(), fc.double());
    fc.assert(
      fc.property(fc.array(word, {minLength: 3, maxLength: 51}), fc.maxSafeNat(), (numbers, now) => {
        const read = readBehaviour(numbers);
        if (read === undefined) return;
        const {score} = scoreOf(read.record, SPEC, now);
        expect(score >= 0 && score <= 1).toBe(true);
      }),
    );
  });
});
