import type {Bucket} from '../../engine/bucket-set.ts';
import type {Check, CheckAnswer} from '../../engine/live/check.ts';
import type {Kind} from '../../engine/verdict.ts';
import {hexLiteral, numbersLiteral, parseNumbers} from './array-literal.ts';
import type {BucketLiterals} from './bucket-literals.ts';
import type {CheckSettings} from './encode-checks.ts';
import type {RowCache} from './row-cache.ts';

/** Letters of buckets that have a function `check_set_…` (see `checkSetFunctionsSql`). */
export const SET_LETTERS = ['t', 'g', 'f', 'w'] as const;
export type SetLetter = (typeof SET_LETTERS)[number];

/** A call of one of these functions. */
export interface EncodedSet {
  readonly letter: SetLetter;
  readonly values: string[];
}

/** Fewer are quicker one by one. */
const FEWEST = 2;

/** The arguments when all checks are of one layer with the same bucket, of different rows that are there as far as is known. */
export const encodeCheckSet = (
  checks: readonly Check[],
  cache: RowCache,
  literals: BucketLiterals,
  {lockTimeoutMs, slack, commit, clock = -1}: CheckSettings,
): EncodedSet | undefined => {
  const set = checks[0]?.layers[0]?.buckets;
  if (checks.length < FEWEST || set?.buckets.length !== 1) return undefined;
  const [{code}] = set.buckets as [Bucket];
  const letter = SET_LETTERS.find((letter) => letter === code.letter);
  const bucket = literals.get(set);
  if (letter === undefined || bucket === undefined) return undefined;
  const call = cache.nextCall();
  const ids: string[] = [];
  const costs: number[] = [];
  for (const {layers} of checks) {
    const layer = layers[0]!;
    if (layers.length > 1 || layer.buckets !== set || layer.cost === 0 || layer.blockedUntil > 0)
      return undefined;
    const row = cache.get(layer.address);
    if (!row.present || row.call === call) return undefined;
    row.call = call;
    ids.push(row.hex);
    costs.push(layer.cost);
  }
  const values = [
    hexLiteral(ids),
    numbersLiteral(costs),
    String(set.keep),
    bucket,
    numbersLiteral([lockTimeoutMs, slack, commit === 'asynchronous' ? 1 : 0, clock]),
  ];
  return {letter, values};
};

/** What the function answered: the columns of `count` checks. */
export const decodeCheckSet = (text: string, count: number): CheckAnswer[] => {
  const numbers = parseNumbers(text);
  if (numbers.length !== 1 + 5 * count || numbers.some(Number.isNaN))
    throw new RangeError(`an answer of ${numbers.length} numbers, not ${1 + 5 * count}`);
  const now = numbers[0]!;
  return Array.from({length: count}, (_, i) => ({
    now,
    verdicts: [
      {
        kind: numbers[1 + i] as Kind,
        remaining: numbers[1 + count + i]!,
        capacity: numbers[1 + 2 * count + i]!,
        retryAfter: numbers[1 + 3 * count + i]!,
        resetAfter: numbers[1 + 4 * count + i]!,
        delay: 0,
        fencingToken: 0,
      },
    ],
  }));
};
