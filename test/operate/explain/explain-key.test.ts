import fc from 'fast-check';
import {beforeEach, describe, expect, test} from 'vitest';
import {RequestRouter} from '../../../src/engine/live/request-router.ts';
import {type ExplainQuery, explainKey} from '../../../src/operate/explain/explain-key.ts';
import {factsOf} from '../../../src/simulate/algorithm-facts.ts';
import {MemoryStore} from '../../../src/store/memory/memory-store.ts';
import type {AppliedLimit, LimitExplanation} from '../../../src/view/model/key-explanation.ts';
import {specOf} from '../../support/arbitraries.ts';
import {MINUTE, S} from '../../support/instants.ts';
import {policyOf} from '../../support/policies.ts';
import {busyState, type LiveState, NOON} from '../live-state.ts';

let state: LiveState;
beforeEach(async () => {
  state = await busyState();
});

const explain = async (subject: ExplainQuery['subject'], more: Partial<ExplainQuery> = {}) =>
  (await explainKey(state.source, {subject, cost: 1, tier: undefined, ...more})).explanation;
const applied = (limit: LimitExplanation | undefined): AppliedLimit => {
  if (limit?.kind !== 'applied') throw new Error('not applied');
  return limit;
};
const exact = (limit: string, key: string) => ({kind: 'exact', limit, key}) as const;

describe('a key of a limit', () => {
  test('its words by name, the formula with their numbers, and what follows', async () => {
    state.now += 50_000;
    const {limits} = await explain(exact('per-ip', '203.0.113.7'));
    const [bucket] = applied(limits[0]).buckets;
    expect(bucket).toMatchObject({
      algorithm: 'token bucket 10/s, burst 20',
      stored: [
        {name: 'since', value: NOON, kind: 'instant', at: '2026-01-05T12:00:00.000Z'},
        {name: 'taken', value: 20},
        {name: 'last', value: NOON},
      ],
      outcome: 'refused',
      oneUnitBackMs: 50,
      retryAfterMs: 50,
      resetAfterMs: 1_950,
      countsDenied: false,
    });
    expect(bucket!.formula).toEqual([
      'refilled = floor((now − since) × rate) = floor(50ms × 10 ÷ 1s) = 0',
      'tokens = burst − taken + refilled = 20 − 20 + 0 = 0',
      'cost 1 > 0: refused, allowed in 50ms',
    ]);
  });

  test('its place among the layers, and that refusals count where they do', async () => {
    const {limits} = await explain(exact('plan', 'acme'));
    expect(limits).toHaveLength(1);
    expect(limits[0]).toMatchObject({
      tier: 'free',
      state: 'limited',
      rule: {position: 3, of: 3, mode: 'enforce', rollout: 1, enforced: true, charge: 'all-or-nothing'},
      row: {shape: 'g,f1h', expectedShape: 'g,f1h', matches: true},
      buckets: [{countsDenied: false}, {countsDenied: true}],
    });
  });

  test('a larger request has to wait longer, one above the capacity for ever', async () => {
    const five = applied((await explain(exact('per-ip', '203.0.113.7'), {cost: 5})).limits[0]);
    expect(five).toMatchObject({cost: 5, retryAfterMs: 500, buckets: [{oneUnitBackMs: 100}]});
    const huge = applied((await explain(exact('per-ip', '203.0.113.7'), {cost: 21})).limits[0]);
    expect(huge.retryAfterMs).toBeUndefined();
    expect(huge.buckets[0]!.formula.at(-1)).toBe('cost 21 > 20, which is all there can be: never allowed');
  });

  test('never seen: each tier as it would begin; of one tier when it is named', async () => {
    const fresh = await explain(exact('plan', 'nobody'));
    expect(fresh.limits.map((one) => applied(one).tier)).toEqual(['free', 'premium']);
    expect(applied(fresh.limits[0]).row).toBeUndefined();
    const one = await explain(exact('plan', 'nobody'), {tier: 'premium'});
    expect(one.limits.map((limit) => applied(limit).tier)).toEqual(['premium']);
  });

  test('an override, and how long it holds', async () => {
    await state.override({limit: 'per-ip', key: 'x', until: NOON + MINUTE, effect: {kind: 'block'}});
    expect((await explain(exact('per-ip', 'x'))).limits).toMatchObject([
      {state: 'blocked', retryAfterMs: 60_000, override: {from: 'live', effect: 'block'}},
    ]);
  });

  test('without a policy its row as it is stored', async () => {
    const {explanation} = await explainKey(state.withoutPolicy, {
      subject: exact('plan', 'acme'),
      cost: 1,
      tier: undefined,
    });
    expect(explanation).toMatchObject({
      policy: null,
      limits: [{tier: 'free', state: 'unknown', row: {shape: 'g,f1h', matches: false}, buckets: []}],
    });
    expect(applied(explanation.limits[0]).rule).toBeUndefined();
  });
});

describe('a key of whatever limit', () => {
  test('is explained where it has state', async () => {
    const {limits} = await explain({kind: 'key', key: 'acme'});
    expect(limits.map(({limit}) => limit)).toEqual(['per-tenant', 'plan']);
  });

  test('is searched for without a policy, literally', async () => {
    await state.send({ip: 'a*'}, 1);
    await state.send({ip: 'ab'}, 1);
    const {explanation} = await explainKey(state.withoutPolicy, {
      subject: {kind: 'key', key: 'a*'},
      cost: 1,
      tier: undefined,
    });
    expect(explanation.limits).toMatchObject([{limit: 'per-ip', key: 'a*'}]);
  });

  test('that nobody knows gives nothing', async () => {
    expect((await explain({kind: 'key', key: 'nobody'})).limits).toEqual([]);
  });
});

describe('a request', () => {
  const request = (attributes: Record<string, string>) => explain({kind: 'request', attributes});

  test('names the limit that denies it, and when it passes', async () => {
    const {answer, limits} = await request({ip: '203.0.113.7', tenant: 'acme', plan: 'free'});
    expect(answer).toEqual({allowed: false, limit: 'per-ip', retryAfterMs: 600});
    expect(limits.map((one) => applied(one).state)).toEqual(['limited', 'shadow-limited', 'limited']);
  });

  test('says why a limit does not apply', async () => {
    const {answer, limits} = await request({
      ip: '203.0.113.7',
      path: '/health',
      tenant: 'acme',
      plan: 'gold',
    });
    expect(answer).toEqual({allowed: true, retryAfterMs: 0});
    expect(limits).toMatchObject([
      {kind: 'skipped', limit: 'per-ip', reason: '"unless" holds: "path" is /health'},
      {kind: 'applied', limit: 'per-tenant'},
      {kind: 'skipped', limit: 'plan', reason: 'no such tier: "plan" is gold; tiers are free, premium'},
    ]);
    expect((await request({ip: '10.0.0.9'})).limits).toMatchObject([
      {reason: 'the key is exempt (by the policy)'},
      {reason: 'its key {tenant} lacks "tenant"'},
      {reason: 'its key {tenant} lacks "tenant"'},
    ]);
  });

  test('is not charged', async () => {
    const addresses = [{limit: 'per-ip', key: '203.0.113.9', tier: '', shape: 't'}];
    const before = await state.store.read(addresses);
    await request({ip: '203.0.113.9'});
    expect(await state.store.read(addresses)).toEqual(before);
  });

  test('needs a policy', async () => {
    await expect(
      explainKey(state.withoutPolicy, {
        subject: {kind: 'request', attributes: {}},
        cost: 1,
        tier: undefined,
      }),
    ).rejects.toThrow(/no policy was found/);
  });
});

describe('the arithmetic', () => {
  test('of any algorithm in any state ends with what the engine decides', async () => {
    await fc.assert(
      fc.asyncProperty(
        specOf(),
        fc.array(
          fc.record({after: fc.integer({min: -2_000, max: 5_000}), cost: fc.integer({min: 0, max: 4})}),
          {
            maxLength: 12,
          },
        ),
        fc.integer({min: 0, max: 9}),
        async (spec, steps, cost) => {
          let now = NOON;
          const policy = policyOf([{name: 'a', buckets: [spec]}]);
          const store = new MemoryStore({access: 'write', clock: () => now});
          const router = new RequestRouter(policy);
          const ask = (units: number) =>
            store.check([router.route({key: 'k'}, {cost: units, now, hold: S})]).then(([answer]) => answer!);
          for (const step of steps) {
            now += step.after;
            await ask(step.cost);
          }
          const source = {
            store,
            policy,
            localNow: () => now,
            policyFile: null,
            describe: (one: typeof spec) => factsOf(one).describe(one),
          };
          const {explanation} = await explainKey(source, {subject: exact('a', 'k'), cost, tier: undefined});
          const [bucket] = applied(explanation.limits[0]).buckets;
          const verdict = (await ask(cost)).verdicts[0]!;
          expect(bucket!.outcome).toBe(['allowed', 'refused', 'never'][verdict.kind]);
          const last = bucket!.formula.at(-1)!;
          if (verdict.kind === 0) expect(last).toMatch(new RegExp(`allowed.*, leaves ${verdict.remaining}$`));
          for (const line of bucket!.formula) expect(line).not.toMatch(/NaN|undefined|-\d+ left/);
        },
      ),
      {numRuns: 400},
    );
  });
});
