/**
 * Rows as stores keep them: plain numbers that mean the same in every store. Most algorithms store their words as they are;
 * the two with a list of pairs store `[pairs, extra, instant, number, instant, number, …]`.
 */
import type {Algorithm} from './algorithm.ts';
import {PAIR_LOG_WORDS} from './pair-log.ts';

/** How many of the numbers from `from` on belong to this algorithm. */
export const storedLength = (algorithm: Algorithm, stored: ArrayLike<number>, from: number): number =>
  algorithm.pairs === undefined ? algorithm.words : 2 + 2 * (stored[from] ?? 0);

export const saveWords = (algorithm: Algorithm, state: Float64Array, at: number, stored: number[]): void => {
  const {pairs} = algorithm;
  if (pairs === undefined) {
    for (let i = 0; i < algorithm.words; i++) stored.push(state[at + i]!);
    return;
  }
  const length = pairs.length(state, at);
  stored.push(length, state[at + PAIR_LOG_WORDS]!);
  for (let i = 0; i < length; i++) stored.push(pairs.instantAt(state, at, i), pairs.numberAt(state, at, i));
};

export const loadWords = (
  algorithm: Algorithm,
  state: Float64Array,
  at: number,
  stored: ArrayLike<number>,
  from: number,
): void => {
  const {pairs} = algorithm;
  if (pairs === undefined) {
    for (let i = 0; i < algorithm.words; i++) state[at + i] = stored[from + i]!;
    return;
  }
  pairs.dropOldest(state, at, pairs.length(state, at));
  state[at + PAIR_LOG_WORDS] = stored[from + 1]!;
  const end = from + 2 + 2 * stored[from]!;
  for (let i = from + 2; i < end; i += 2) pairs.push(state, at, stored[i]!, stored[i + 1]!);
};
