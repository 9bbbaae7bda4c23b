import fc from 'fast-check';
import {describe, expect, test, vi} from 'vitest';
import {type TokenBucketOptions, tokenBucket} from '../../../src/engine/algorithms/token-bucket.ts';
import {Bucket} from '../../support/bucket.ts';
import {check} from '../../support/check.ts';
import {MANY_CASES_MS} from '../../support/in-time.ts';
import {HOUR, MINUTE, S} from '../../support/instants.ts';

vi.setConfig({testTimeout: MANY_CASES_MS});

const START = 1_700_000_040_123_457;

/** The formula of the file, as it is written: counted from when the bucket was full, in whole numbers of any size. */
class SinceFull {
  readonly #options: Required<TokenBucketOptions>;
  #since = 0;
  #taken = 0;
  #last = 0;

  constructor({initial, step = 1, ...rest}: TokenBucketOptions) {
    this.#options = {...rest, initial: initial ?? rest.burst, step};
  }

  take(now: number, cost: number): {allowed: boolean; remaining: number; retryAfter: number} {
    const {count, per, burst, initial, step} = this.#options;
    const t = Math.max(now, this.#last);
    const isNew = this.#taken === 0;
    let since = isNew ? t : this.#since;
    let taken = isNew ? burst - initial : this.#taken;
    const steps = Math.floor((t - since) / step);
    let refilled = Number((BigInt(steps) * BigInt(step) * BigInt(count)) / BigInt(per));
    if (refilled >= taken) [since, taken, refilled] = [t, 0, 0];
    const tokens = burst - taken + refilled;
    const allowed = cost <= tokens;
    if (allowed ? cost > 0 : isNew && taken > 0)
      [this.#since, this.#taken, this.#last] = [since, taken + (allowed ? cost : 0), t];
    const needed = BigInt(cost - burst + taken) * BigInt(per);
    const time = (needed + BigInt(count) - 1n) / BigInt(count);
    const stepped = ((time + BigInt(step) - 1n) / BigInt(step)) * BigInt(step);
    return {
      allowed,
      remaining: allowed ? tokens - cost : tokens,
      retryAfter: allowed || cost > burst ? 0 : since + Number(stepped) - now,
    };
  }
}

const rates = fc.record({
  count: fc.oneof(fc.integer({min: 1, max: 12}), fc.integer({min: 1, max: 5_000})),
  per: fc.oneof(fc.constantFrom(10, 1_000, S, MINUTE), fc.integer({min: 1, max: 5_000})),
  burst: fc.integer({min: 1, max: 50}),
  initial: fc.option(fc.nat(50), {nil: undefined}),
  step: fc.oneof(fc.constant(1), fc.constantFrom(300, 7_000, 10 * S), fc.integer({min: 2, max: 3_000})),
});
const requests = fc.array(
  fc.record({part: fc.double({min: -0.1, max: 3, noNaN: true}), cost: fc.integer({min: 0, max: 6})}),
  {minLength: 20, maxLength: 200, size: 'max'},
);

test('a bucket that is never full decides as if it counted from when it was full, continuously or in steps', () => {
  check(
    fc.tuple(rates, requests),
    ([{initial, ...rate}, all]) => {
      const options = {...rate, ...(initial === undefined ? {} : {initial: Math.min(initial, rate.burst)})};
      const bucket = new Bucket(tokenBucket(options));
      const exact = new SinceFull(options);
      let t = START;
      for (const {part, cost} of all) {
        t += Math.round(part * Math.max(1, rate.per / rate.count));
        expect(bucket.take(t, cost)).toMatchObject(exact.take(t, cost));
      }
    },
    {runs: 3_000},
  );
});

/** One request every 50 ms for `span`: how many are allowed, and when the first. */
const busy = (bucket: Bucket, from: number, span: number): {allowed: number; first: number} => {
  let allowed = 0;
  let first = Number.POSITIVE_INFINITY;
  for (let t = from; t < from + span; t += 50_000) {
    if (!bucket.take(t).allowed) continue;
    allowed++;
    first = Math.min(first, t - from);
  }
  return {allowed, first};
};

describe('a rate that changes while a key takes all it can get', () => {
  test.each<[string, TokenBucketOptions, TokenBucketOptions]>([
    [
      'in steps that no whole period fits into',
      {count: 100, per: MINUTE, burst: 20, step: 10 * S},
      {count: 90, per: MINUTE, burst: 18, step: 10 * S},
    ],
    [
      'of a count that shares no factor with its period',
      {count: 997 * 73, per: 100 * MINUTE, burst: 20},
      {count: 997 * 65, per: 100 * MINUTE, burst: 18},
    ],
    ['and the burst with it', {count: 1, per: S, burst: 1_000}, {count: 1, per: 2 * S, burst: 10}],
  ])('%s: the key waits no longer than the new bucket takes to fill', (_name, before, after) => {
    const bucket = new Bucket(tokenBucket(before));
    busy(bucket, START, HOUR);
    const changed = new Bucket(tokenBucket(after), bucket.state);
    const fill = (after.burst * after.per) / after.count;
    const {allowed, first} = busy(changed, START + HOUR, 10 * fill);
    expect(first).toBeLessThanOrEqual(fill + 2 * (after.step ?? after.per / after.count) + 50_000);
    expect(allowed).toBeGreaterThanOrEqual(8 * after.burst - 1);
  });

  test('whatever changes and however often, what is allowed stays below the bursts and the rates in force', () => {
    const spec = fc.record({
      count: fc.integer({min: 1, max: 2_000}),
      per: fc.constantFrom(S, 7 * S, MINUTE),
      burst: fc.integer({min: 1, max: 60}),
      step: fc.constantFrom(1, 1, S, 1_500_000),
    });
    check(
      fc.array(spec, {minLength: 2, maxLength: 6}),
      (specs) => {
        let state = new Bucket(tokenBucket(specs[0]!)).state;
        specs.forEach((options, i) => {
          const bucket = new Bucket(tokenBucket(options), state);
          const {allowed} = busy(bucket, START + i * 20 * S, 20 * S);
          const flow = Math.ceil((20 * S * options.count) / options.per);
          const step = Math.ceil(((options.step ?? 1) * options.count) / options.per);
          expect(allowed).toBeLessThanOrEqual(options.burst + flow + step);
          state = bucket.state;
        });
      },
      {runs: 300},
    );
  });
});
