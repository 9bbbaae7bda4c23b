import {formatDuration} from '../../base/duration.ts';
import {ceilMillis} from '../../base/micros.ts';
import {spanText} from '../../base/span-text.ts';
import type {AlgorithmSpec} from '../../engine/policy-model.ts';
import {Kind, type Verdict} from '../../engine/verdict.ts';
import type {StoredWord} from '../../view/model/key-explanation.ts';
import {shownInstant} from '../status/observed-key.ts';

/** What a bucket's words are put into sentences from. All numbers of a decision are the engine's. */
export interface BucketFacts<S extends AlgorithmSpec = AlgorithmSpec> {
  readonly spec: S;
  /** The bucket's part of the stored row; undefined: never seen. */
  readonly words: readonly number[] | undefined;
  /** The store's, µs. */
  readonly now: number;
  readonly cost: number;
  /** What the engine said to a cost of 0: its proposed words are those brought up to now. */
  readonly peek: Readonly<Verdict>;
  /** What it said to the next request. */
  readonly next: Readonly<Verdict>;
}

/** The stored words by name, and the arithmetic as lines. */
export interface BucketWords {
  readonly stored: readonly StoredWord[];
  readonly formula: readonly string[];
}

export const instantWord = (name: string, at: number): StoredWord => {
  const shown = shownInstant(at);
  return shown === undefined
    ? {name, value: at, kind: 'text', text: 'no instant of a calendar'}
    : {name, value: at, kind: 'instant', at: shown};
};

export const unitsWord = (name: string, value: number): StoredWord => ({name, value, kind: 'units'});

/** `0`, `12.34`: at most three decimals, and never `-0`. */
export const numberText = (value: number): string => String(Number(value.toFixed(3)) + 0);

/** A span as far as it matters to a reader: whole milliseconds, or microseconds below one. */
export const spanOf = (us: number): string =>
  formatDuration(Math.abs(us) < 1_000 ? Math.round(us) : Math.round(us / 1_000) * 1_000);

/** A wait, rounded up as everywhere. */
export const waitOf = (us: number): string => spanText(ceilMillis(us));

/** `1 ≤ 3: allowed, 2 left after it`: the comparison of every algorithm, in units. */
export const outcomeLine = ({cost, peek, next}: BucketFacts, capacity: number): string => {
  if (next.kind === Kind.never) return `cost ${cost} > ${capacity}, which is all there can be: never allowed`;
  if (next.kind === Kind.notYet)
    return `cost ${cost} > ${peek.remaining}: refused, allowed in ${waitOf(next.retryAfter)}`;
  const delay = next.delay > 0 ? `, after a delay of ${waitOf(next.delay)}` : '';
  return `cost ${cost} ≤ ${peek.remaining}: allowed${delay}, leaves ${next.remaining}`;
};
