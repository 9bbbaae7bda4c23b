/** Leases in a stored row (`StoredRow.words`), found by its shape: what `Store.release` changes. */
import {lettersOf} from '../engine/bucket-code.ts';

/** Words of a bucket by its letter; the two with a list of pairs store `[pairs, extra, …pairs]`. See `BucketCode`. */
const WORDS: Readonly<Record<string, number>> = {t: 3, p: 2, s: 2, g: 2, f: 2, h: 2, c: 2, w: 3, n: 2};
const LISTS = 'lk';

/**
 * The words without the `count` leases whose fencing tokens end with `fencingToken`; undefined when none of them is held at
 * `now` (µs) any more, or the words are no row of that shape. Leases that have ended are left for the next grant to remove.
 */
export const withoutLeases = (
  shape: string,
  words: readonly number[],
  {fencingToken, count, now}: {readonly fencingToken: number; readonly count: number; readonly now: number},
): readonly number[] | undefined => {
  const left: number[] = [];
  let held = false;
  let at = 0;
  for (const letter of lettersOf(shape)) {
    const length = LISTS.includes(letter) ? 2 + 2 * words[at]! : WORDS[letter]!;
    if (!(at + length <= words.length)) return undefined;
    const bucket = words.slice(at, at + length);
    at += length;
    if (letter === 'k') {
      for (let i = 2; i < bucket.length; ) {
        const token = bucket[i + 1]!;
        if (bucket[i]! <= now || token > fencingToken || token <= fencingToken - count) {
          i += 2;
          continue;
        }
        // As the engine removes a pair: the newest takes its place.
        const [expiry, newest] = bucket.splice(-2) as [number, number];
        if (i < bucket.length) {
          bucket[i] = expiry;
          bucket[i + 1] = newest;
        }
        bucket[0]!--;
        held = true;
      }
    }
    left.push(...bucket);
  }
  return held && at === words.length ? left : undefined;
};
