import fc from 'fast-check';
import {describe, expect, test, vi} from 'vitest';
import {AttributeColumns} from '../../../src/engine/attribute-columns.ts';
import {Evaluator} from '../../../src/engine/evaluator.ts';
import {KeyResolvers} from '../../../src/engine/key-resolvers.ts';
import {Outcome} from '../../../src/engine/outcome.ts';
import type {AlgorithmSpec, LimitSpec, Override} from '../../../src/engine/policy-model.ts';
import {specOf, timed, wildSteps} from '../../support/arbitraries.ts';
import {check} from '../../support/check.ts';
import {decide, decideAll} from '../../support/decide.ts';
import {MANY_CASES_MS} from '../../support/in-time.ts';
import {S} from '../../support/instants.ts';
import {evaluatorOf, gcraSpec, policyOf, tokenBucketSpec} from '../../support/policies.ts';
import type {Request} from '../../support/requests.ts';

vi.setConfig({testTimeout: MANY_CASES_MS});

const ONCE: readonly AlgorithmSpec[] = [gcraSpec(1, S, 1)];
const {denied, notApplicable, skipped} = Outcome;

const tiered = (
  tiers: Readonly<Record<string, readonly AlgorithmSpec[]>>,
  defaultTier?: string,
): LimitSpec['plan'] => ({
  kind: 'tiered',
  tier: '{plan}',
  tiers: new Map(Object.entries(tiers)),
  defaultTier,
});

describe('hostile keys', () => {
  const bytes = (...values: number[]): Uint8Array => Uint8Array.of(...values);

  test('every one is a key of its own', () => {
    const long = 'x'.repeat(100_000);
    const keys = [
      ...[
        '__proto__',
        'constructor',
        'toString',
        'hasOwnProperty',
        '\0',
        '\0\0',
        'a\0',
        'a',
        ' a',
        'a ',
        '{key}',
        '-1',
        '0',
        'null',
      ],
      ...['é', 'e\u0301', '\uFEFFa', '\u202Ea', '\u{1f4a9}', long, `${long}y`],
      ...[
        bytes(0xff),
        bytes(0xff, 0xff),
        bytes(0xc0, 0x80),
        bytes(0x80),
        bytes(0xed, 0xa0, 0x80),
        bytes(0xed, 0xa0, 0x81),
        bytes(0xef, 0xbf, 0xbd),
      ],
    ];
    const evaluator = evaluatorOf(policyOf([{buckets: ONCE}, {key: 'a:{key}:b', buckets: ONCE}]));
    for (const key of keys) expect(decide(evaluator, {t: 0, key}).allowed).toBe(true);
    for (const key of keys) expect(decide(evaluator, {t: 0, key}).allowed).toBe(false);
    expect(evaluator.limits[0]!.resolver.keys.size).toBe(keys.length);
  });

  test('none of them passes for a key with an override', () => {
    const exempt: Override = {kind: 'exempt'};
    const evaluator = evaluatorOf(
      policyOf([{buckets: ONCE, overrides: {admin: exempt, '\ufffd': exempt, '': exempt}}]),
    );
    for (const key of ['\uFEFFadmin', 'admin\0', bytes(0xff), bytes(0x80)]) {
      expect(decide(evaluator, {t: 0, key}).outcomes[0]).toBe(Outcome.allowed);
    }
    expect(decide(evaluator, {t: 0, key: 'admin'}).outcomes[0]).toBe(notApplicable);
  });

  test('none of them leaves its tier, or enters the state of another key', () => {
    const plan = tiered({free: ONCE, paid: [gcraSpec(1, S, 5)]});
    const evaluator = evaluatorOf(policyOf([{plan}]), ['key', 'plan']);
    const text = (value: string): number[] => [...value].map((char) => char.charCodeAt(0));
    for (const key of [
      bytes(0xff),
      bytes(0xff, ...text('paid')),
      bytes(...text('b'), 0xff, ...text('paid'), 0xff),
    ]) {
      expect(decide(evaluator, {t: 0, key, plan: 'free'})).toMatchObject({allowed: true, capacity: 1});
      expect(decide(evaluator, {t: 0, key, plan: 'free'})).toMatchObject({allowed: false, capacity: 1});
    }
    expect(
      decide(evaluator, {t: 0, key: 'b', plan: bytes(...text('paid'), 0xff, ...text('free'))}).outcomes[0],
    ).toBe(skipped);
    expect(evaluator.limits[0]!.resolver.keys.size).toBe(4);
  });
});

describe('key templates', () => {
  test('constant text is one bucket for all, braces can be written, several attributes make one key', () => {
    const evaluator = evaluatorOf(
      policyOf(
        [{key: 'all'}, {key: '{{{ip}}}'}, {key: '{ip}/{key}'}].map((limit) => ({
          ...limit,
          buckets: [gcraSpec(1, S, 2)],
        })),
      ),
      ['ip', 'key'],
    );
    decide(evaluator, {t: 0, ip: '1', key: 'x'});
    decide(evaluator, {t: 0, ip: '1', key: 'y'});
    const texts = evaluator.limits.map(({resolver: {keys}}) =>
      Array.from({length: keys.size}, (_, id) => new TextDecoder().decode(keys.bytesOf(id))),
    );
    expect(texts).toEqual([['all'], ['{1}'], ['1/x', '1/y']]);
  });

  test('limits with the same template share their keys and not their state', () => {
    const evaluator = evaluatorOf(
      policyOf([
        {buckets: ONCE},
        {buckets: [gcraSpec(1, S, 2)]},
        {key: 'x{key}', buckets: [gcraSpec(1, S, 3)]},
      ]),
    );
    const [a, b, c] = evaluator.limits;
    expect(a!.resolver).toBe(b!.resolver);
    expect(a!.resolver).not.toBe(c!.resolver);
    decide(evaluator, {t: 0, key: 'k'});
    expect([a, b, c].map((limit) => limit!.verdict.remaining)).toEqual([0, 1, 2]);
  });

  test('a limit learns keys that only another one has met', () => {
    const limits = [
      {buckets: [gcraSpec(1, S, 9)]},
      {when: {path: ['/x']}, buckets: ONCE, overrides: {k4999: {kind: 'block' as const}}},
    ];
    const evaluator = evaluatorOf(policyOf(limits), ['key', 'path']);
    decideAll(
      evaluator,
      Array.from({length: 5_000}, (_, i): Request => ({t: 0, key: `k${i}`})),
    );
    expect(decide(evaluator, {t: 0, key: 'k17', path: '/x'}).allowed).toBe(true);
    expect(decide(evaluator, {t: 0, key: 'k17', path: '/x'}).allowed).toBe(false);
    expect(decide(evaluator, {t: 0, key: 'k4999', path: '/x'})).toMatchObject({allowed: false, never: true});
  });

  test('two policies that share resolvers look a key up once and keep their state apart', () => {
    const resolvers = new KeyResolvers(new AttributeColumns(['key']));
    const [a, b] = [
      new Evaluator(policyOf([{buckets: ONCE}]), resolvers),
      new Evaluator(policyOf([{buckets: ONCE}]), resolvers),
    ];
    expect(a!.limits[0]!.resolver).toBe(b!.limits[0]!.resolver);
    expect(decide(a!, {t: 0, key: 'k'}).allowed).toBe(true);
    expect(decide(b!, {t: 0, key: 'k'}).allowed).toBe(true);
    expect(decide(a!, {t: 0, key: 'k'}).allowed).toBe(false);
  });

  test('a key with a missing attribute is skipped; the value 0 is not missing', () => {
    const evaluator = evaluatorOf(policyOf([{key: '{ip}/{key}', buckets: ONCE}]), ['ip', 'key']);
    expect(decide(evaluator, {t: 0, ip: '1'}).outcomes).toEqual([skipped]);
    expect(decide(evaluator, {t: 0, ip: 0, key: 0}).outcomes).toEqual([Outcome.allowed]);
  });
});

describe('tiers and overrides', () => {
  const plan = tiered(
    {free: [gcraSpec(1, S, 1), gcraSpec(1, 10 * S, 2)], paid: [gcraSpec(1, S, 5)]},
    undefined,
  );

  test('all buckets of a tier must allow, all or nothing', () => {
    const evaluator = evaluatorOf(policyOf([{plan}]), ['key', 'plan']);
    const ask = (t: number) => decide(evaluator, {t, key: 'k', plan: 'free'});
    expect(ask(0)).toMatchObject({allowed: true, remaining: 0, capacity: 1});
    expect(ask(0)).toMatchObject({allowed: false, retryAfter: S});
    expect(ask(S)).toMatchObject({allowed: true, remaining: 0});
    expect(ask(2 * S)).toMatchObject({allowed: false, remaining: 0, capacity: 2, retryAfter: 8 * S});
    expect(ask(10 * S)).toMatchObject({allowed: true});
  });

  test('a key has a state of its own in each tier', () => {
    const evaluator = evaluatorOf(policyOf([{plan}]), ['key', 'plan']);
    decide(evaluator, {t: 0, key: 'k', plan: 'free'});
    expect(decide(evaluator, {t: 0, key: 'k', plan: 'paid'})).toMatchObject({
      allowed: true,
      remaining: 4,
      capacity: 5,
    });
  });

  test('a tier that is missing or unknown is the default one, or skips the limit', () => {
    const strict = evaluatorOf(policyOf([{plan}]), ['key', 'plan']);
    const lenient = evaluatorOf(policyOf([{plan: {...plan, defaultTier: 'paid'} as LimitSpec['plan']}]), [
      'key',
      'plan',
    ]);
    for (const name of [undefined, 'gold']) {
      expect(decide(strict, {t: 0, key: 'k', plan: name}).outcomes).toEqual([skipped]);
      expect(decide(lenient, {t: 0, key: 'k', plan: name}).capacity).toBe(5);
    }
  });

  test('a key may be exempt, blocked, or have numbers of its own', () => {
    const overrides: Record<string, Override> = {
      friend: {kind: 'exempt'},
      foe: {kind: 'block'},
      big: {kind: 'buckets', buckets: [tokenBucketSpec(1, S, 50)]},
    };
    for (const limit of [
      {buckets: ONCE, overrides},
      {plan, overrides},
    ]) {
      const evaluator = evaluatorOf(policyOf([limit]), ['key', 'plan']);
      const ask = (key: string) => decide(evaluator, {t: 0, key, plan: 'free'});
      expect(ask('friend')).toMatchObject({allowed: true, limit: -1, outcomes: [notApplicable]});
      expect(ask('foe')).toMatchObject({
        allowed: false,
        never: true,
        limit: 0,
        remaining: 0,
        retryAfter: 0,
        outcomes: [denied],
      });
      expect(ask('big')).toMatchObject({allowed: true, capacity: 50, remaining: 49});
      expect(ask('other')).toMatchObject({allowed: true, capacity: 1, remaining: 0});
    }
  });

  test('more overrides than fit sixteen bits', () => {
    const overrides: Record<string, Override> = {};
    for (let i = 0; i < 70_000; i++) overrides[`k${i}`] = {kind: i % 2 === 0 ? 'exempt' : 'block'};
    const evaluator = evaluatorOf(policyOf([{buckets: ONCE, overrides}]));
    expect(decide(evaluator, {t: 0, key: 'k69998'}).outcomes).toEqual([notApplicable]);
    expect(decide(evaluator, {t: 0, key: 'k69999'}).never).toBe(true);
    expect(decide(evaluator, {t: 0, key: 'other'}).outcomes).toEqual([Outcome.allowed]);
  });
});

describe('many keys', () => {
  test('fifty thousand of all lengths are told apart like in a Map', () => {
    const evaluator = evaluatorOf(policyOf([{buckets: [gcraSpec(1, S, 3)]}]));
    const taken = new Map<string, number>();
    const requests = Array.from({length: 120_000}, (_, i): Request & {key: string} => {
      const n = (i * 7_919) % 50_000;
      return {t: 0, key: `${'k'.repeat(n % 40)}${n}`};
    });
    decideAll(evaluator, requests).forEach(({remaining, allowed}, i) => {
      const {key} = requests[i]!;
      const before = taken.get(key) ?? 0;
      if (allowed) taken.set(key, before + 1);
      if (allowed !== before < 3 || remaining !== 3 - (taken.get(key) ?? 0))
        expect.fail(`${key} at request ${i}`);
    });
    expect(evaluator.limits[0]!.resolver.keys.size).toBe(taken.size);
  });

  test('two keys never influence each other, in any algorithm', () => {
    const mixed = fc.tuple(
      specOf(),
      wildSteps(),
      fc.array(fc.integer({min: 0, max: 2}), {minLength: 60, maxLength: 60}),
    );
    check(
      mixed,
      ([spec, all, owners]) => {
        const requests = timed(all).map(
          ({t, cost, hold}, i): Request => ({t, cost, hold, key: `key ${owners[i]}`}),
        );
        const together = decideAll(evaluatorOf(policyOf([{buckets: [spec]}])), requests);
        for (const key of new Set(requests.map((request) => request['key']))) {
          const own = requests.filter((request) => request['key'] === key);
          const alone = decideAll(evaluatorOf(policyOf([{buckets: [spec]}])), own);
          expect(together.filter((_, i) => requests[i]!['key'] === key)).toEqual(alone);
        }
      },
      {runs: 500},
    );
  });

  describe('the order of requests of the same instant and cost is irrelevant', () => {
    const owners = fc.array(fc.integer({min: 0, max: 3}), {maxLength: 50, size: 'max'});
    const admittedBy = (
      evaluator: Evaluator,
      order: readonly number[],
      perInstant: number,
      cost: number,
    ): number[] => {
      const totals = [0, 0, 0, 0];
      const requests = order.map(
        (owner, i): Request => ({t: Math.floor(i / perInstant) * S, cost, hold: S, key: `${owner}`}),
      );
      decideAll(evaluator, requests).forEach(({allowed}, i) => {
        if (allowed) totals[order[i]!]! += cost;
      });
      return totals;
    };
    const drawn = fc.tuple(specOf(), owners, fc.integer({min: 1, max: 3}));

    test('to what each key gets', () => {
      check(drawn, ([spec, order, cost]) => {
        const reversed = order.flatMap((_, i) => (i % 10 === 0 ? order.slice(i, i + 10).reverse() : []));
        const totals = [order, reversed].map((all) =>
          admittedBy(evaluatorOf(policyOf([{buckets: [spec]}])), all, 10, cost),
        );
        expect(totals[0]).toEqual(totals[1]);
      });
    });

    test('to what all get together, when they share a layer', () => {
      check(drawn, ([spec, order, cost]) => {
        const policy = policyOf([{buckets: [spec]}, {key: 'all', buckets: [gcraSpec(1, S, 20)]}]);
        const totals = [order, order.toReversed()].map((all) =>
          admittedBy(evaluatorOf(policy), all, 50, cost).reduce((a, b) => a + b, 0),
        );
        expect(totals[0]).toBe(totals[1]);
      });
    });
  });
});
