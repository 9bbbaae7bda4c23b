import {BucketKind} from '../../engine/bucket-code.ts';
import type {BucketSet} from '../../engine/bucket-set.ts';
import {numbersLiteral} from './array-literal.ts';

const NOT_PLAIN: readonly BucketKind[] = [
  BucketKind.calendarWindow,
  BucketKind.slidingLog,
  BucketKind.concurrency,
];

/** The seven numbers of a set's only bucket as Postgres reads them, worked out once. */
export class BucketLiterals {
  readonly #known = new WeakMap<BucketSet, string>();

  /** Undefined: there are several buckets, or the one keeps a list or follows a calendar. */
  get(set: BucketSet): string | undefined {
    const known = this.#known.get(set);
    if (known !== undefined) return known;
    const [bucket] = set.buckets;
    if (bucket === undefined || set.buckets.length > 1 || NOT_PLAIN.includes(bucket.code.kind))
      return undefined;
    const literal = numbersLiteral(bucket.code.numbers(0));
    this.#known.set(set, literal);
    return literal;
  }
}
