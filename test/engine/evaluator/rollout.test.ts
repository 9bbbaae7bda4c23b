import {expect, test} from 'vitest';
import {isEnforced} from '../../../src/engine/rollout.ts';
import {decideAll} from '../../support/decide.ts';
import {S} from '../../support/instants.ts';
import {evaluatorOf, policyOf, tokenBucketSpec} from '../../support/policies.ts';

const KEYS = Array.from({length: 4_000}, (_, i) => `client-${i}`);
const encoder = new TextEncoder();

const enforcedAt = (rollout: number): Set<string> =>
  new Set(KEYS.filter((key) => isEnforced({mode: 'enforce', rollout}, encoder.encode(key))));

test.each([0, 0.1, 0.25, 0.5, 1])('a rollout of %f denies for about that share of keys', (rollout) => {
  expect(enforcedAt(rollout).size / KEYS.length).toBeCloseTo(rollout, 1);
});

test('a key that is enforced at a share is enforced at every larger one', () => {
  const few = enforcedAt(0.1);
  const more = enforcedAt(0.4);
  expect([...few].every((key) => more.has(key))).toBe(true);
});

test('a shadow limit denies for nobody, whatever its rollout', () => {
  expect(isEnforced({mode: 'shadow', rollout: 1}, encoder.encode('a'))).toBe(false);
});

test('keys outside the share are counted as denied and let through', () => {
  const evaluator = evaluatorOf(policyOf([{rollout: 0.5, buckets: [tokenBucketSpec(1, 60 * S, 1)]}]));
  const requests = KEYS.slice(0, 100).flatMap((key) => [
    {t: S, key},
    {t: S, key},
  ]);
  const denied = decideAll(evaluator, requests).filter(({allowed}) => !allowed).length;
  expect(denied).toBe(KEYS.slice(0, 100).filter((key) => enforcedAt(0.5).has(key)).length);
});
