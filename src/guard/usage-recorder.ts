import type {Check, CheckAnswer, RowAddress} from '../engine/live/check.ts';
import {denierOf} from '../engine/live/check.ts';
import {isNearLimit} from '../engine/live/near-limit.ts';
import {Kind} from '../engine/verdict.ts';
import type {KeyUsage, LimitUsage, UsageDelta} from '../store/port.ts';
import {timeNearLimit} from './time-near-limit.ts';

interface LimitSums {
  allowed: number;
  denied: number;
  shadowDenied: number;
}

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
  readonly #limits = new Map<string, LimitSums>();
  readonly #keys = new Map<string, KeySums>();
  #text = 0;
  #timer: NodeJS.Timeout | undefined;
  #flushing: Promise<void> = Promise.resolve();
  #closed = false;
  /** Refused or near keys that found no room, and sums that could not be written. */
  dropped = 0;

  constructor(record: (delta: UsageDelta) => Promise<void>) {
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
      const sums = this.#sumsOf(layer.address.limit);
      if (refused && !layer.shadow) sums.denied++;
      else sums.allowed++;
      if (refused && layer.shadow) sums.shadowDenied++;
      if (!refused && !isNearLimit(verdict.remaining, verdict.capacity)) continue;
      const until = now + timeNearLimit(layer, verdict);
      this.#addKey(layer.address, refused, layer.shadow, refused ? Math.max(until, now + LISTED) : until);
    }
    if (this.#timer === undefined) {
      this.#timer = setTimeout(() => void this.flush(), FLUSH_MS);
      this.#timer.unref();
    }
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

  #sumsOf(limit: string): LimitSums {
    let sums = this.#limits.get(limit);
    if (sums === undefined) {
      sums = {allowed: 0, denied: 0, shadowDenied: 0};
      this.#limits.set(limit, sums);
    }
    return sums;
  }

  #addKey(address: RowAddress, refused: boolean, shadow: boolean, until: number): void {
    const id = `${address.limit} ${address.tier.length} ${address.tier}${address.key}`;
    let sums = this.#keys.get(id);
    if (sums === undefined) {
      const isTooMuch = this.#keys.size >= MAX_REMEMBERED || this.#text + id.length > MAX_TEXT;
      if (isTooMuch || address.key.length > LONGEST_KEY) {
        this.dropped++;
        return;
      }
      this.#text += id.length;
      sums = {address, denied: 0, shadow, until};
      this.#keys.set(id, sums);
    }
    if (refused) sums.denied++;
    sums.shadow = shadow;
    sums.until = Math.max(sums.until, until);
  }

  #take(): UsageDelta | undefined {
    if (this.#limits.size === 0) return undefined;
    const limits: LimitUsage[] = [...this.#limits].map(([limit, sums]) => ({limit, ...sums}));
    const all: KeyUsage[] = [...this.#keys.values()];
    const keys = all.length > MAX_KEYS ? all.sort((a, b) => b.denied - a.denied).slice(0, MAX_KEYS) : all;
    this.dropped += all.length - keys.length;
    this.#limits.clear();
    this.#keys.clear();
    this.#text = 0;
    return {limits, keys};
  }
}
