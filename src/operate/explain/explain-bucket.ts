import {ceilMillis} from '../../base/micros.ts';
import type {Algorithm} from '../../engine/algorithm.ts';
import type {BucketSet} from '../../engine/bucket-set.ts';
import type {AlgorithmSpec} from '../../engine/policy-model.ts';
import {storedLength} from '../../engine/stored-words.ts';
import {Ask, Kind, Verdict} from '../../engine/verdict.ts';
import type {StoredRow} from '../../store/port.ts';
import type {BucketExplanation} from '../../view/model/key-explanation.ts';
import type {KeyState} from '../key-state.ts';
import {type DescribeBucket, statusUnits} from '../status/observed-key.ts';
import type {BucketFacts, BucketWords} from './bucket-facts.ts';
import {explainConcurrency} from './concurrency.ts';
import {explainGcra} from './gcra.ts';
import {explainLeakyBucket} from './leaky-bucket.ts';
import {explainTokenBucket} from './token-bucket.ts';
import {explainFixedWindow, explainSlidingLog, explainSlidingWindow} from './windows.ts';

export interface ExplainBucketsOptions {
  /** The store's, µs. */
  readonly now: number;
  /** Units that the next request is charged. */
  readonly cost: number;
  readonly describe: DescribeBucket;
}

/** The buckets of a key, each with its words and its arithmetic. `state` is what was read of the same row. */
export const explainBuckets = (
  buckets: BucketSet,
  row: StoredRow | undefined,
  state: KeyState,
  {now, cost, describe}: ExplainBucketsOptions,
): readonly BucketExplanation[] => {
  const scratch = new Float64Array(buckets.words);
  const words = state.row === 'read' ? row!.words : undefined;
  if (words !== undefined) buckets.load(scratch, 0, words);
  let from = 0;
  const explained = buckets.buckets.map(({spec, algorithm, offset}, b): BucketExplanation => {
    const ask = (units: number): Verdict => askFor(algorithm, scratch, offset, {now, cost: units});
    const length = words === undefined ? 0 : storedLength(algorithm, words, from);
    const own = words?.slice(from, from + length);
    from += length;
    const peek = ask(0);
    const next = ask(cost);
    const back = peek.remaining < algorithm.capacity ? ask(peek.remaining + 1) : undefined;
    const {stored, formula} = wordsOf({spec, words: own, now, cost, peek, next});
    const {spec: _, ...units} = state.buckets[b]!;
    return {
      algorithm: describe(spec),
      ...statusUnits(units),
      stored,
      formula,
      outcome: next.kind === Kind.allow ? 'allowed' : next.kind === Kind.never ? 'never' : 'refused',
      ...(back === undefined ? {} : {oneUnitBackMs: ceilMillis(back.retryAfter)}),
      countsDenied: spec.kind === 'fixed-window' && spec.countDenied,
    };
  });
  buckets.clear(scratch, 0);
  return explained;
};

const askFor = (
  algorithm: Algorithm,
  row: Float64Array,
  at: number,
  {now, cost}: {readonly now: number; readonly cost: number},
): Verdict => {
  const ask = new Ask();
  ask.now = now;
  ask.cost = cost;
  const verdict = new Verdict();
  algorithm.decide(row, at, ask, verdict);
  return verdict;
};

const wordsOf = (facts: BucketFacts): BucketWords => {
  const {spec} = facts;
  const of = <S extends AlgorithmSpec>(one: S): BucketFacts<S> => ({...facts, spec: one});
  switch (spec.kind) {
    case 'token-bucket':
      return explainTokenBucket(of(spec));
    case 'gcra':
      return explainGcra(of(spec));
    case 'fixed-window':
      return explainFixedWindow(of(spec));
    case 'sliding-window':
      return explainSlidingWindow(of(spec));
    case 'sliding-log':
      return explainSlidingLog(of(spec));
    case 'leaky-bucket':
      return explainLeakyBucket(of(spec));
    case 'concurrency':
      return explainConcurrency(of(spec));
  }
};
