import type {Check, CheckAnswer, Layer, LayerVerdict, RowAddress} from '../engine/live/check.ts';
import {denierOf} from '../engine/live/check.ts';
import {isNearLimit} from '../engine/live/near-limit.ts';
import type {LimitSpec, Policy} from '../engine/policy-model.ts';
import {Kind} from '../engine/verdict.ts';
import type {KeyUsage, LimitUsage, UsageDelta} from '../store/port.ts';
import {timeNearLimit} from './time-near-limit.ts';

/** What is counted of a limit, in this order. */
const ALLOWED = 0;
const DENIED = 1;
const SHADOW_DENIED = 2;
const COUNTS = 3;

interface KeySums {
  readonly address: RowAddress;
  denied: number;
  shadow: boolean;
  until: number;
}

const FLUSH_MS = 500;
/** Keys that one write tells about; the rest is counted. */
const MAX_KEYS = 1_000;
/** Keys that are remembered between two writes, so that the most refused ones can be chosen. */
const MAX_REMEMBERED = 4 * MAX_KEYS;
/** Characters of these keys together. */
const MAX_TEXT = 1_000_000;
/** Keys come from requests, and the store keeps the most refused ones for days: longer ones are only counted. */
const LONGEST_KEY = 1_024;
/** A refused key stays on the list at least until the next writes, µs: limits per second recover faster than they are told about. */
const LISTED = 3 * FLUSH_MS * 1_000;

/**
 * Sums up what was decided and tells the store twice a second, in one write however many requests there were. What cannot be
 * written is dropped and counted: a request never waits for it.
 */
export class UsageRecorder {
  readonly #record: (delta: UsageDelta) => Promise<void>;
  readonly #limits: readonly LimitSpec[];
  /** By the limit's index in the policy. */
  readonly #counts: Float64Array;
  #counted = false;
  /** By the limit's index, then by tier, then by key. */
  readonly #keys: readonly Map<string, Map<string, KeySums>>[];
  #remembered = 0;
  #text = 0;
  #timer: NodeJS.Timeout | undefined;
  #flushing: Promise<void> = Promise.resolve();
  #closed = false;
  /** Refused or near keys that found no room, and sums that could not be written. */
  dropped = 0;

  constructor({limits}: Pick<Policy, 'limits'>, record: (delta: UsageDelta) => Promise<void>) {
    this.#limits = limits;
    this.#counts = new Float64Array(COUNTS * limits.length);
    this.#keys = limits.map(() => new Map());
    this.#record = record;
  }

  /** Counts a decision; peeks (cost 0) are not to be told. */
  add(check: Check, {now, verdicts}: CheckAnswer): void {
    if (this.#closed || check.layers.length === 0) return;
    const denier = denierOf(check, verdicts);
    // Limits behind the one that refused were not reached.
    const reached = denier < 0 ? check.layers.length : denier + 1;
    for (let i = 0; i < reached; i++) {
      const layer = check.layers[i]!;
      const verdict = verdicts[i]!;
      const refused = verdict.kind !== Kind.allow;
      this.#count(layer.limit, refused && !layer.shadow ? DENIED : ALLOWED);
      if (refused && layer.shadow) this.#count(layer.limit, SHADOW_DENIED);
      if (refused || isNearLimit(verdict.remaining, verdict.capacity)) this.#addKey(layer, verdict, now);
    }
    if (this.#timer === undefined) this.#flushLater();
  }

  #flushLater(): void {
    this.#timer = setTimeout(() => void this.flush(), FLUSH_MS);
    this.#timer.unref();
  }

  /** Writes what there is. Never rejects. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const delta = this.#take();
    if (delta !== undefined) {
      const before = this.#flushing;
      this.#flushing = (async () => {
        await before;
        try {
          await this.#record(delta);
        } catch {
          this.dropped++;
        }
      })();
    }
    await this.#flushing;
  }

  /** Writes the rest; from now on nothing is counted. */
  async close(): Promise<void> {
    await this.flush();
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #count(limit: number, what: number): void {
    const at = COUNTS * limit + what;
    this.#counts[at] = this.#counts[at]! + 1;
    this.#counted = true;
  }

  #addKey(layer: Layer, verdict: LayerVerdict, now: number): void {
    const {limit, address, shadow} = layer;
    const {tier, key} = address;
    const refused = verdict.kind !== Kind.allow;
    const near = now + timeNearLimit(layer, verdict);
    const until = refused ? Math.max(near, now + LISTED) : near;
    let keys = this.#keys[limit]!.get(tier);
    if (keys === undefined) {
      keys = new Map();
      this.#keys[limit]!.set(tier, keys);
    }
    let sums = keys.get(key);
    if (sums === undefined) {
      const length = address.limit.length + tier.length + key.length;
      const isTooMuch = this.#remembered >= MAX_REMEMBERED || this.#text + length > MAX_TEXT;
      if (isTooMuch || key.length > LONGEST_KEY) {
        this.dropped++;
        return;
      }
      this.#text += length;
      this.#remembered++;
      sums = {address, denied: 0, shadow, until};
      keys.set(key, sums);
    }
    if (refused) sums.denied++;
    sums.shadow = shadow;
    sums.until = Math.max(sums.until, until);
  }

  #take(): UsageDelta | undefined {
    if (!this.#counted) return undefined;
    const limits = this.#limits
      .map(({name}, i): LimitUsage => {
        const counts = this.#counts.subarray(COUNTS * i);
        return {
          limit: name,
          allowed: counts[ALLOWED]!,
          denied: counts[DENIED]!,
          shadowDenied: counts[SHADOW_DENIED]!,
        };
      })
      .filter(({allowed, denied}) => allowed + denied > 0);
    const all = this.#keys.flatMap((tiers) =>
      [...tiers.values()].flatMap((keys): KeyUsage[] => [...keys.values()]),
    );
    const keys = all.length > MAX_KEYS ? all.sort((a, b) => b.denied - a.denied).slice(0, MAX_KEYS) : all;
    this.dropped += all.length - keys.length;
    this.#counts.fill(0);
    this.#counted = false;
    for (const tiers of this.#keys) tiers.clear();
    this.#remembered = 0;
    this.#text = 0;
    return {limits, keys};
  }
}
