import fc from 'fast-check';
import {expect, test} from 'vitest';
import {BucketSet} from '../../../src/engine/bucket-set.ts';
import {Ask} from '../../../src/engine/verdict.ts';
import {withoutLeases} from '../../../src/store/stored-leases.ts';
import {S} from '../../support/instants.ts';
import {concurrencySpec} from '../../support/policies.ts';
import {anyPolicy} from '../../support/random-policies.ts';

const NOW = 1_772_366_400 * S;

test('every shape is walked to its end: words of all algorithms are known', () => {
  fc.assert(
    fc.property(anyPolicy, (policy) => {
      for (const {plan} of policy.limits) {
        const buckets = plan.kind === 'single' ? plan.buckets : [...plan.tiers.values()].flat();
        const set = new BucketSet([...buckets, concurrencySpec(3, S)]);
        const state = new Float64Array(set.words);
        const ask = Object.assign(new Ask(), {now: NOW, cost: 1, hold: S});
        for (const {algorithm, offset, verdict} of set.buckets) {
          algorithm.decide(state, offset, ask, verdict);
          if (verdict.writes) algorithm.commit(state, offset, ask, verdict);
        }
        const words = set.save(state, 0);
        const left = withoutLeases(set.shape, words, {fencingToken: NOW, count: 1, now: NOW});
        expect(left).toBeDefined();
        expect(left!.length).toBeLessThan(words.length);
        expect(() => set.load(new Float64Array(set.words), 0, left!)).not.toThrow();
        expect(withoutLeases(set.shape, left!, {fencingToken: NOW, count: 1, now: NOW})).toBeUndefined();
      }
    }),
  );
});

test.each([
  ['too few words', 'k', [2, 1, 5, 5]],
  ['too many words', 'k', [0, 1, 5, 5]],
  ['a shape nobody knows', 'z', [1]],
  ['no words', 'k', []],
])('%s are no row', (_, shape, words) => {
  expect(withoutLeases(shape, words, {fencingToken: 5, count: 1, now: 0})).toBeUndefined();
});
