import fc from 'fast-check';
import {describe, expect, test, vi} from 'vitest';
import {gcra} from '../../../src/engine/algorithms/gcra.ts';
import {tokenBucket} from '../../../src/engine/algorithms/token-bucket.ts';
import {Bucket} from '../../support/bucket.ts';
import {check} from '../../support/check.ts';
import {MANY_CASES_MS} from '../../support/in-time.ts';
import {DAY, HOUR, S} from '../../support/instants.ts';

vi.setConfig({testTimeout: MANY_CASES_MS});

const START = 1_700_000_040_123_457;

const KINDS = {'token bucket': tokenBucket, gcra};

/** A token bucket in exact fractions: the tokens missing are kept as a multiple of 1 ÷ per. */
class Reference {
  readonly #count: bigint;
  readonly #per: bigint;
  readonly #burst: bigint;
  #missing = 0n;
  #last = 0n;

  constructor(count: number, per: number, burst: number) {
    [this.#count, this.#per, this.#burst] = [BigInt(count), BigInt(per), BigInt(burst)];
  }

  take(now: number, cost: number): {allowed: boolean; remaining: number; retryAfter: number} {
    const missing = this.#missing - (BigInt(now) - this.#last) * this.#count;
    this.#missing = missing > 0n ? missing : 0n;
    this.#last = BigInt(now);
    const wanted = this.#missing + BigInt(cost) * this.#per;
    const capacity = this.#burst * this.#per;
    const allowed = wanted <= capacity;
    if (allowed) this.#missing = wanted;
    const retryAfter =
      allowed || BigInt(cost) > this.#burst ? 0n : (wanted - capacity + this.#count - 1n) / this.#count;
    return {
      allowed,
      remaining: Number((capacity - this.#missing) / this.#per),
      retryAfter: Number(retryAfter),
    };
  }
}

describe.each(Object.keys(KINDS) as (keyof typeof KINDS)[])('%s', (kind) => {
  const create = KINDS[kind];

  test('equals exact fractions over the whole range of rates, bursts and gaps', () => {
    const magnitude = (max: number): fc.Arbitrary<number> =>
      fc.integer({min: 0, max}).chain((bits) => fc.integer({min: 1, max: 2 ** bits}));
    const policies = fc
      .record({count: magnitude(40), per: magnitude(50), burst: magnitude(45)})
      // What policies may say: the bucket fills within 2^51 µs, 71 years.
      .filter(({count, per, burst}) => (BigInt(burst) * BigInt(per)) / BigInt(count) < 2n ** 51n);
    const requests = fc.array(
      fc.record({
        gap: fc.oneof(fc.constant(0), magnitude(46)),
        share: fc.double({min: 0, max: 1.1, noNaN: true}),
      }),
      {
        maxLength: 30,
        size: 'max',
      },
    );
    check(
      fc.tuple(policies, requests),
      ([{count, per, burst}, all]) => {
        const bucket = new Bucket(create({count, per, burst}));
        const exact = new Reference(count, per, burst);
        let t = START;
        for (const {gap, share} of all) {
          t += gap;
          const cost = Math.ceil(share * share * burst);
          expect(bucket.take(t, cost)).toMatchObject(exact.take(t, cost));
        }
      },
      {runs: 3_000},
    );
  });

  test('1,234,567 per day with as much burst equals exact fractions', () => {
    const bucket = new Bucket(create({count: 1_234_567, per: DAY, burst: 1_234_567}));
    const exact = new Reference(1_234_567, DAY, 1_234_567);
    let t = START;
    for (let i = 0; i < 20_000; i++) {
      t += (i * 7_919) % 2_000_003;
      const cost = (i * 31) % 97;
      expect(bucket.take(t, cost)).toMatchObject(exact.take(t, cost));
    }
  });

  test.each([3, 7, 11, 13])('%i per second does not drift over a million requests', (count) => {
    // A bucket of 2 that is asked too often is never full, so nothing is forgotten: what is admitted must follow the rate.
    const bucket = new Bucket(create({count, per: S, burst: 2}));
    const every = 50_021;
    let admitted = 0;
    for (let i = 0; i < 1_000_000; i++) if (bucket.take(START + i * every).allowed) admitted++;
    const expected = 2 + Math.floor((999_999 * every * count) / S);
    expect(admitted).toBeGreaterThanOrEqual(expected - 1);
    expect(admitted).toBeLessThanOrEqual(expected);
  });

  test('1 per hour stays on the hour for a year', () => {
    const bucket = new Bucket(create({count: 1, per: HOUR, burst: 1}));
    expect(bucket.take(START).allowed).toBe(true);
    for (let t = START + HOUR; t < START + 365 * DAY; t += HOUR) {
      expect(bucket.take(t - 1)).toMatchObject({allowed: false, retryAfter: 1});
      expect(bucket.take(t).allowed).toBe(true);
    }
  });

  test('rates far beyond one per microsecond are decided at once, however far the clock goes or steps back', () => {
    const bucket = new Bucket(create({count: 2 ** 40, per: S, burst: 1_000}));
    expect(bucket.take(2 ** 52, 1_000)).toMatchObject({allowed: true, remaining: 0, resetAfter: 1});
    expect(bucket.take(2 ** 52)).toMatchObject({allowed: false, retryAfter: 1});
    expect(bucket.take(0).allowed).toBe(false);
    expect(bucket.take(2 ** 52 + 2 ** 51, 1_000).allowed).toBe(true);
  });
});
