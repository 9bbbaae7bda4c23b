import {describe, expect, test} from 'vitest';
import {createAlgorithm} from '../../../src/engine/create-algorithm.ts';
import {Bucket} from '../../support/bucket.ts';
import {jsonFixture} from '../../support/fixture.ts';
import {DAY, MS, S} from '../../support/instants.ts';
import {caseOf, type PeerCase, type PeerTable} from '../../support/peer-tables.ts';
import {tokenBucketSpec} from '../../support/policies.ts';

interface Parameters {
  readonly rate_per_s: number;
  readonly burst: number;
}

interface Expected {
  readonly tokens_before?: number;
  readonly allowed: boolean | number;
}

const table = jsonFixture<
  PeerTable<Parameters, Expected> & {interval_to_rate: {interval_ns: number; rate_per_s: number}[]}
>('tables/x_time_rate.json');

const NOT_APPLICABLE: Readonly<Record<string, string>> = {
  zero_rate: 'a policy with a rate of 0 is refused when it is read',
  infinite_rate_zero_burst: 'no limit at all is a limit left out of the policy',
  reserve_simple:
    'a decision allows or denies; taking tokens of the future is a reservation, which the queue makes, not the engine',
  reserve_mix: 'reservation',
  cancel_invalid: 'reservation',
  cancel_last: 'reservation',
  cancel_too_late: 'reservation',
  cancel_0_tokens: 'reservation',
  cancel_1_token: 'reservation',
  cancel_multi: 'reservation',
  reserve_max: 'reservation',
  reserve_jump_back: 'reservation',
  change_rate_mid_flight: 'reservation; a policy does not change while it decides',
  change_burst_mid_flight: 'reservation; a policy does not change while it decides',
  wait_simple: 'waiting is done by the caller, for retryAfter',
  wait_deadline: 'waiting is done by the caller, for retryAfter',
};

/** Where we answer otherwise, and why. */
const DIFFERENT: Readonly<Record<string, ReadonlyMap<number, Expected>>> = {
  // x/time/rate moves its mark back with the clock and mints the same token twice. Here a clock that steps back mints nothing,
  // so the token that the second 100 ms would bring again is not there. It is at 200 ms, as in x/time/rate.
  clock_jumps_backwards: new Map([[5, {tokens_before: 0, allowed: false}]]),
};

const TRACES = ['burst1', 'burst3', 'clock_jumps_backwards', 'no_truncation'];

const bucketOf = ({policy}: PeerCase<Parameters, Expected>): Bucket => {
  // 0.769… per second is 10 per 13 s: rates are kept as two whole numbers.
  const [count, per] = Number.isInteger(policy.rate_per_s) ? [policy.rate_per_s, S] : [10, 13 * S];
  return new Bucket(createAlgorithm(tokenBucketSpec(count, per, policy.burst)));
};

describe('golang.org/x/time/rate', () => {
  test.each(TRACES)('the trace %s', (id) => {
    const bucket = bucketOf(caseOf(table, id));
    caseOf(table, id).steps.forEach(({t_ms, cost, expect: theirs}, i) => {
      const {tokens_before, allowed} = DIFFERENT[id]?.get(i) ?? theirs;
      if (tokens_before !== undefined)
        expect(bucket.look(t_ms * MS, 0).remaining, `tokens before step ${i}`).toBe(tokens_before);
      expect(bucket.take(t_ms * MS, cost).allowed, `step ${i}`).toBe(Boolean(allowed));
    });
  });

  test('fifteen takes at once of a burst of five', () => {
    const bucket = bucketOf(caseOf(table, 'simultaneous'));
    expect(Array.from({length: 15}, () => bucket.take(0).allowed).filter(Boolean)).toHaveLength(5);
  });

  test('100 per second for five seconds', () => {
    const bucket = bucketOf(caseOf(table, 'long_running'));
    let allowed = 0;
    for (let t = 0; t < 5_000; t += 2) if (bucket.take(t * MS).allowed) allowed++;
    expect(allowed).toBeGreaterThanOrEqual(599);
    expect(allowed).toBeLessThanOrEqual(601);
  });

  test('the smallest rate there is: 1 per 70 years (1 per 317 years would not be exact and is refused)', () => {
    const bucket = new Bucket(createAlgorithm(tokenBucketSpec(1, 70 * 365 * DAY)));
    expect(bucket.take(0).allowed).toBe(true);
    expect(bucket.take(0)).toMatchObject({allowed: false, retryAfter: 70 * 365 * DAY});
  });

  test.each(table.interval_to_rate.filter(({interval_ns}) => interval_ns >= 1_000))(
    'one per $interval_ns ns',
    ({interval_ns, rate_per_s}) => {
      const interval = interval_ns / 1_000;
      const count = rate_per_s * 10;
      expect(new Bucket(createAlgorithm(tokenBucketSpec(count, 10 * S, 1))).take(0).resetAfter).toBe(
        interval,
      );
    },
  );

  test('every case is covered or listed with the reason why not', () => {
    const covered = [...TRACES, 'simultaneous', 'long_running', 'tiny_rate'];
    expect(table.cases.map(({id}) => id).sort()).toEqual([...covered, ...Object.keys(NOT_APPLICABLE)].sort());
  });
});
