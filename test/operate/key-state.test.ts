import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {isNearLimit} from '../../src/engine/live/near-limit.ts';
import {RequestRouter} from '../../src/engine/live/request-router.ts';
import type {AlgorithmSpec} from '../../src/engine/policy-model.ts';
import {KeyRules} from '../../src/operate/key-rules.ts';
import {KeyStateReader} from '../../src/operate/key-state.ts';
import {MemoryStore} from '../../src/store/memory/memory-store.ts';
import {specOf} from '../support/arbitraries.ts';
import {HOUR, S} from '../support/instants.ts';
import {fixedWindowSpec, policyOf, tokenBucketSpec} from '../support/policies.ts';
import {NOON} from './live-state.ts';

const policyWith = (...buckets: readonly AlgorithmSpec[]) => policyOf([{name: 'a', buckets}]);
const ADDRESS = {limit: 'a', key: 'k', tier: ''};

describe('the state of a key', () => {
  test('says what the store then does: the next request passes or waits exactly as long', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(specOf(), {minLength: 1, maxLength: 3}),
        fc.array(fc.record({after: fc.integer({min: 0, max: 3 * S}), cost: fc.integer({min: 0, max: 4})}), {
          maxLength: 12,
        }),
        fc.integer({min: 0, max: 4}),
        async (specs, steps, cost) => {
          let now = NOON;
          const policy = policyWith(...specs);
          const store = new MemoryStore({access: 'write', clock: () => now});
          const router = new RequestRouter(policy);
          const ask = (units: number) =>
            store.check([router.route({key: 'k'}, {cost: units, now, hold: S})]).then(([answer]) => answer!);
          for (const step of steps) {
            now += step.after;
            await ask(step.cost);
          }
          const rules = new KeyRules(policy, []);
          const [row] = await store.read(rules.placesOf('a', 'k', now));
          const rule = rules.of(ADDRESS, now)!;
          const state = new KeyStateReader().read(rule, row, {now, cost});
          const peek = (await ask(0)).verdicts[0]!;
          expect(state.units).toMatchObject({
            remaining: peek.remaining,
            capacity: peek.capacity,
            resetAfter: peek.resetAfter,
          });
          const next = (await ask(cost)).verdicts[0]!;
          expect(state.retryAfter).toBe(
            next.kind === 0 ? 0 : next.kind === 2 ? Number.POSITIVE_INFINITY : next.retryAfter,
          );
        },
      ),
      {numRuns: 300},
    );
  });

  test('leaves nothing of one key to the next', () => {
    const rule = new KeyRules(policyWith(fixedWindowSpec(10, HOUR)), []).of(ADDRESS, NOON)!;
    const reader = new KeyStateReader();
    const row = {address: {...ADDRESS, shape: 'f1h'}, words: [NOON, 10], expiresAt: NOON + HOUR};
    expect(reader.read(rule, row, {now: NOON}).condition).toBe('limited');
    expect(reader.read(rule, undefined, {now: NOON})).toMatchObject({condition: 'ok', row: 'none'});
  });

  test.each([
    ['another shape', 't', [NOON, 10, NOON]],
    ['too few words', 'f1h', [NOON]],
    ['too many words', 'f1h', [NOON, 10, 1]],
  ])('a row of %s counts as never seen', (_, shape, words) => {
    const rule = new KeyRules(policyWith(fixedWindowSpec(10, HOUR)), []).of(ADDRESS, NOON)!;
    const state = new KeyStateReader().read(
      rule,
      {address: {...ADDRESS, shape}, expiresAt: Number.POSITIVE_INFINITY, words},
      {now: NOON},
    );
    expect(state).toMatchObject({condition: 'ok', row: 'other', units: {used: 0}});
  });

  test('is near from 95 % on, in whole numbers', () => {
    expect(isNearLimit(1, 20)).toBe(true);
    expect(isNearLimit(2, 20)).toBe(false);
    expect(isNearLimit(0, 1)).toBe(true);
    expect(isNearLimit(1, 1)).toBe(false);
    expect(isNearLimit(5, 100)).toBe(true);
    expect(isNearLimit(6, 100)).toBe(false);
  });
});

describe('overrides', () => {
  const used = {address: {...ADDRESS, shape: 't'}, words: [NOON, 5, NOON], expiresAt: NOON + S};
  const policy = policyWith(tokenBucketSpec(1, S, 5));
  const stateWith = (effect: 'block' | 'exempt' | AlgorithmSpec, until = NOON + S) => {
    const rules = new KeyRules(policy, [
      {
        limit: 'a',
        key: 'k',
        until,
        effect: typeof effect === 'string' ? {kind: effect} : {kind: 'buckets', buckets: [effect]},
      },
    ]);
    return new KeyStateReader().read(rules.of(ADDRESS, NOON), used, {now: NOON});
  };

  test('a blocked key waits for the end of the block', () => {
    expect(stateWith('block')).toMatchObject({condition: 'blocked', retryAfter: S});
    expect(stateWith('block', Number.POSITIVE_INFINITY).retryAfter).toBe(Number.POSITIVE_INFINITY);
  });

  test('an exempt key is let in whatever it used', () => {
    expect(stateWith('exempt')).toMatchObject({condition: 'exempt', retryAfter: 0, units: {used: 5}});
  });

  test('other buckets are those that count', () => {
    expect(stateWith(tokenBucketSpec(1, S, 50))).toMatchObject({
      condition: 'ok',
      units: {capacity: 50, used: 5},
    });
  });

  test('one that has ended says nothing', () => {
    expect(stateWith('block', NOON)).toMatchObject({condition: 'limited', retryAfter: S});
  });
});
