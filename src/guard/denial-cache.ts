import type {BucketSet} from '../engine/bucket-set.ts';
import type {Check, CheckAnswer, Layer, LayerVerdict} from '../engine/live/check.ts';
import {denierOf} from '../engine/live/check.ts';
import type {AlgorithmSpec} from '../engine/policy-model.ts';
import {Kind} from '../engine/verdict.ts';

interface Refusal {
  readonly key: string;
  /** What was asked of the key. */
  readonly question: string;
  /** What refused: another set means that an override began, ended or changed. */
  readonly buckets: BucketSet;
  readonly blockedUntil: number;
  readonly verdict: LayerVerdict;
  /** When it was asked for, and when it was answered, by the local clock. */
  readonly sentAt: number;
  readonly answeredAt: number;
}

/** What a layer said that was not asked, since the refusal of another one was remembered. */
export const NOT_ASKED: LayerVerdict = {
  kind: Kind.allow,
  capacity: 0,
  remaining: 0,
  retryAfter: 0,
  resetAfter: 0,
  delay: 0,
  fencingToken: 0,
};

const MAX_REFUSALS = 10_000;
/**
 * After this the store is asked again, µs: a clock that was put right, a key that somebody deleted by hand or another primary are
 * announced by nobody.
 */
const LONGEST = 60_000_000;
/** Keys come from requests: longer ones are asked about each time rather than kept. */
const LONGEST_KEY = 1_024;

/**
 * Remembers refusals until they can change: for a flood a look into a map instead of a round trip.
 *
 * A layer that refused a cost at the store's instant `now` with `retryAfter` refuses it at least until `now + retryAfter`:
 * other requests can only make the wait longer. The question left before the store's `now`, so a refusal that is used for
 * `retryAfter` from then on, at most a minute, ends early by the way to the store, never late. What lets go earlier is a reset or an override, which
 * the change watcher hears of (`clear`), and the release of a slot, which is why `concurrency` is not remembered. Neither is
 * anything whose refusals write something: counted ones, refills that need to be asked, and `charge: always`.
 */
export class DenialCache {
  readonly #clock: () => number;
  /** In the order in which they came. */
  readonly #refusals = new Set<Refusal>();
  /** By key, then by question: of a key that nobody refused no text has to be made to find that out. */
  readonly #byKey = new Map<string, Map<string, Refusal>>();
  /** What left before then was perhaps decided before the reset that cleared everything. */
  #clearedAt = Number.NEGATIVE_INFINITY;

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#refusals.size;
  }

  /**
   * The answer of a check that is known to be refused; `now` is the store's clock as far as it is known, `at` what the local one
   * shows. Undefined: ask.
   */
  find(check: Check, now: number, at?: number): CheckAnswer | undefined {
    return this.#refusals.size === 0 || check.charge === 'always' ? undefined : this.#find(check, now, at);
  }

  #find({layers}: Check, now: number, at: number | undefined): CheckAnswer | undefined {
    let verdicts: LayerVerdict[] | undefined;
    for (let i = 0; i < layers.length; i++) {
      const layer = layers[i]!;
      if (layer.shadow) continue;
      const verdict = this.#refusalOf(layer, at);
      if (verdict !== undefined) {
        verdicts ??= layers.map(() => NOT_ASKED);
        verdicts[i] = verdict;
      } else if (verdicts === undefined && layer.blockedUntil === 0 && writesWhenRefused(layer.buckets)) {
        // It comes before: if it refuses, too, its refusal has to be counted.
        return undefined;
      }
    }
    return verdicts && {now, verdicts};
  }

  /** Keeps what can be kept of a store's answer to a question that left at `sentAt`. */
  keep(check: Check, answer: CheckAnswer, sentAt: number): void {
    const refused = denierOf(check, answer.verdicts) >= 0;
    if (refused && check.charge !== 'always' && sentAt >= this.#clearedAt) this.#keep(check, answer, sentAt);
  }

  #keep(check: Check, {verdicts}: CheckAnswer, sentAt: number): void {
    const answeredAt = this.#clock();
    check.layers.forEach((layer, i) => {
      const verdict = verdicts[i]!;
      if (layer.shadow || verdict.kind === Kind.allow || !isLasting(layer)) return;
      if (layer.address.key.length > LONGEST_KEY) return;
      const {address, buckets, blockedUntil} = layer;
      const {key} = address;
      this.#add({key, question: questionOf(layer), buckets, blockedUntil, verdict, sentAt, answeredAt});
    });
    for (const oldest of this.#refusals) {
      if (this.#refusals.size <= MAX_REFUSALS) break;
      this.#forget(oldest);
    }
  }

  /** Something was reset or overridden: nothing is known any more. */
  clear(): void {
    this.#refusals.clear();
    this.#byKey.clear();
    this.#clearedAt = this.#clock();
  }

  #add(refusal: Refusal): void {
    const {key, question} = refusal;
    let ofKey = this.#byKey.get(key);
    if (ofKey === undefined) {
      ofKey = new Map();
      this.#byKey.set(key, ofKey);
    }
    const before = ofKey.get(question);
    if (before !== undefined) this.#refusals.delete(before);
    ofKey.set(question, refusal);
    this.#refusals.add(refusal);
  }

  #forget(refusal: Refusal): void {
    this.#refusals.delete(refusal);
    const ofKey = this.#byKey.get(refusal.key)!;
    ofKey.delete(refusal.question);
    if (ofKey.size === 0) this.#byKey.delete(refusal.key);
  }

  #refusalOf(layer: Layer, at: number | undefined): LayerVerdict | undefined {
    const refusal = this.#byKey.get(layer.address.key)?.get(questionOf(layer));
    if (refusal === undefined) return undefined;
    const {verdict, sentAt, answeredAt, buckets, blockedUntil} = refusal;
    const now = at ?? this.#clock();
    const lasts = verdict.kind === Kind.notYet ? Math.min(verdict.retryAfter, LONGEST) : LONGEST;
    const ended = now - sentAt >= lasts;
    if (ended || now < sentAt || buckets !== layer.buckets || blockedUntil !== layer.blockedUntil) {
      this.#forget(refusal);
      return undefined;
    }
    // The store's clock is at least this much further than when it answered: a wait is never told too short.
    const passed = Math.max(0, now - answeredAt);
    return {
      ...verdict,
      retryAfter: verdict.kind === Kind.notYet ? verdict.retryAfter - passed : 0,
      resetAfter: Math.max(0, verdict.resetAfter - passed),
    };
  }
}

/** Whether what the layer refused stays refused until its `retryAfter`. */
const isLasting = ({buckets, blockedUntil}: Layer): boolean =>
  blockedUntil > 0 || buckets.buckets.every(({spec}) => spec.kind !== 'concurrency' && !writes(spec));

const writesWhenRefused = ({buckets}: BucketSet): boolean => buckets.some(({spec}) => writes(spec));

/** Whether a refusal changes the state: counted refusals, a refill by being asked, a key whose refill begins when first seen. */
const writes = (spec: AlgorithmSpec): boolean =>
  (spec.kind === 'fixed-window' && spec.countDenied) ||
  (spec.kind === 'token-bucket' && (spec.refill.kind === 'smoothed' || spec.initial < spec.burst));

const questionOf = ({limit, address, cost}: Layer): string => `${limit} ${cost} ${address.tier}`;
