import {describe, expect, test} from 'vitest';
import {createAlgorithm} from '../../../src/engine/create-algorithm.ts';
import type {AlgorithmSpec} from '../../../src/engine/policy-model.ts';
import {Bucket} from '../../support/bucket.ts';
import {jsonFixture} from '../../support/fixture.ts';
import {MS, S} from '../../support/instants.ts';
import {caseOf, type PeerTable} from '../../support/peer-tables.ts';
import {gcraSpec, tokenBucketSpec} from '../../support/policies.ts';

interface Quota {
  readonly rate: number;
  readonly per_ms: number;
  readonly max_burst: number;
}

interface CellAnswer {
  readonly allowed: boolean;
  readonly remaining: number;
  readonly reset_after_ms: number;
  /** −1: not needed, or never. */
  readonly retry_after_ms: number;
  readonly reply?: readonly number[];
}

type Table = PeerTable<Quota, CellAnswer>;

const bucketsOf = ({rate, per_ms, max_burst}: Quota): readonly AlgorithmSpec[] => [
  gcraSpec(rate, per_ms * MS, max_burst + 1),
  tokenBucketSpec(rate, per_ms * MS, max_burst + 1),
];

/** The five integers of CL.THROTTLE; partial seconds are rounded up. */
const replyOf = (bucket: Bucket, t: number, cost: number): number[] => {
  const {allowed, remaining, retryAfter, resetAfter} = bucket.take(t, cost);
  return [
    allowed ? 0 : 1,
    bucket.algorithm.capacity,
    remaining,
    allowed ? -1 : Math.ceil(retryAfter / S),
    Math.ceil(resetAfter / S),
  ];
};

describe.each(['throttled_gcra', 'redis_cell'])('the table of %s', (name) => {
  const table = jsonFixture<Table>(`tables/${name}.json`);

  test.each(bucketsOf(caseOf(table, 'rate_limit').policy))('its trace, decided by $kind', (spec) => {
    const bucket = new Bucket(createAlgorithm(spec));
    for (const {t_ms, cost, expect: expected} of caseOf(table, 'rate_limit').steps) {
      const answer = bucket.take(t_ms * MS, cost);
      expect({...answer, retryAfter: answer.allowed || answer.never ? -MS : answer.retryAfter}).toMatchObject(
        {
          allowed: expected.allowed,
          remaining: expected.remaining,
          retryAfter: expected.retry_after_ms * MS,
          resetAfter: expected.reset_after_ms * MS,
        },
      );
    }
  });
});

describe('throttled: 3 per 10 ms without burst', () => {
  test.each([gcraSpec(3, 10 * MS, 1), tokenBucketSpec(3, 10 * MS, 1)])(
    '$kind allows one, ten milliseconds later one',
    (spec) => {
      const bucket = new Bucket(createAlgorithm(spec));
      let t = 0;
      const taken = Array.from({length: 27}, () => {
        const {allowed} = bucket.take(t);
        if (!allowed) t += 10 * MS;
        return allowed;
      });
      expect(taken).toEqual(Array.from({length: 27}, (_, i) => i % 2 === 0));
    },
  );
});

describe('redis-cell', () => {
  const table = jsonFixture<
    Table & {rate_to_emission_interval_ms: {rate: number; per: string; ms: number}[]}
  >('tables/redis_cell.json');
  const PERIODS: Readonly<Record<string, number>> = {
    second: S,
    minute: 60 * S,
    '2 minutes': 120 * S,
    hour: 3_600 * S,
    day: 86_400 * S,
  };

  test.each(['readme', 'e2e'])('the replies of case %s', (id) => {
    for (const spec of bucketsOf(caseOf(table, id).policy)) {
      const bucket = new Bucket(createAlgorithm(spec));
      for (const step of caseOf(table, id).steps)
        expect(replyOf(bucket, step.t_ms * MS, step.cost)).toEqual(step.expect.reply);
    }
  });

  test.each(table.rate_to_emission_interval_ms)('$rate per $per is one per $ms ms', ({rate, per, ms}) => {
    expect(new Bucket(createAlgorithm(gcraSpec(rate, PERIODS[per]!, 1))).take(0).resetAfter).toBe(ms * MS);
  });

  test('every case is covered, or is none of the engine', () => {
    // zero_rate: a policy with a rate of 0 is refused when it is read.
    expect(table.cases.map(({id}) => id)).toEqual(['rate_limit', 'readme', 'e2e', 'zero_rate']);
    // store_conflict: compare-and-swap is a matter of stores. custom_period is described in prose; see above.
    expect(jsonFixture<Table>('tables/throttled_gcra.json').cases.map(({id}) => id)).toEqual([
      'rate_limit',
      'custom_period',
      'store_conflict',
    ]);
  });
});
