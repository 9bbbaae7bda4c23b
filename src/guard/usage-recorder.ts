import type {RowAddress} from '../engine/live/check.ts';
import type {LimitSpec, Policy} from '../engine/policy-model.ts';
import {Kind} from '../engine/verdict.ts';
import type {KeyUsage, LimitUsage, UsageDelta} from '../store/port.ts';
import type {LimitCount, LimitCounts, OnNotable} from './limit-counts.ts';
import {timeNearLimit} from './time-near-limit.ts';

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
  readonly #counts: LimitCounts;
  /** Those that were taken to be written. */
  #taken: LimitCounts;
  /** By the limit's index, then by tier, then by key. */
  readonly #keys: readonly Map<string, Map<string, KeySums>>[];
  #remembered = 0;
  #text = 0;
  #timer: NodeJS.Timeout | undefined;
  #flushing: Promise<void> = Promise.resolve();
  #closed = false;
  /** Refused or near keys that found no room, and sums that could not be written. */
  dropped = 0;

  /** `counts`: of what the store is told. */
  constructor(
    {limits}: Pick<Policy, 'limits'>,
    counts: LimitCounts,
    record: (delta: UsageDelta) => Promise<void>,
  ) {
    this.#limits = limits;
    this.#counts = counts;
    this.#taken = counts.copy();
    this.#keys = limits.map(() => new Map());
    this.#record = record;
  }

  /** Something was counted. */
  later(): void {
    if (this.#timer === undefined && !this.#closed) this.#flushLater();
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

  /** A key that was refused, or has little left. */
  readonly note: OnNotable = (layer, verdict, now) => {
    if (this.#closed) return;
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
  };

  #take(): UsageDelta | undefined {
    const counts = this.#counts.copy();
    const limits = this.#limits
      .map(({name}, i) => ({limit: name, ...usageSince(this.#taken.of(i), counts.of(i))}))
      .filter(({allowed, denied}) => allowed + denied > 0);
    this.#taken = counts;
    if (limits.length === 0) return undefined;
    const all = this.#keys.flatMap((tiers) =>
      [...tiers.values()].flatMap((keys): KeyUsage[] => [...keys.values()]),
    );
    const keys = all.length > MAX_KEYS ? all.sort((a, b) => b.denied - a.denied).slice(0, MAX_KEYS) : all;
    this.dropped += all.length - keys.length;
    for (const tiers of this.#keys) tiers.clear();
    this.#remembered = 0;
    this.#text = 0;
    return {limits, keys};
  }
}

/** What a limit said since then; what it would have refused in shadow went on. */
const usageSince = (before: LimitCount, now: LimitCount): Omit<LimitUsage, 'limit'> => {
  const shadowDenied = now.shadowDenied - before.shadowDenied;
  return {
    allowed: now.allowed - before.allowed + shadowDenied,
    denied: now.denied - before.denied,
    shadowDenied,
  };
};
