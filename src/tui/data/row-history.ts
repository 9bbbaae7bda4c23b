import type {StatusKey} from '../../view/model/status-report.ts';

/** Looks that are remembered. */
export const HISTORY_LOOKS = 60;

/** What was seen of one row, a value per look, the oldest first; 0 where it was not seen. */
export interface RowTrend {
  /** used ÷ capacity, 0 … 1, in steps of 0.4 %. */
  readonly shares: readonly number[];
  /** Refusals of the minute before. */
  readonly denied: readonly number[];
}

export interface HistoryReader {
  /** The last `count` looks, at most `HISTORY_LOOKS`; undefined for a row that was never seen. */
  trendOf(row: Pick<StatusKey, 'limit' | 'key' | 'tier'>, count: number): RowTrend | undefined;
}

interface Place {
  readonly slot: number;
  /** Number of the look that saw it last. */
  seen: number;
}

const UNSEEN = 255;
const FULL_SHARE = 250;
const FIRST_SLOTS = 64;

/**
 * The last looks at every row, in two arrays of numbers whose size follows the rows that are there at the same time: rows that were
 * not seen for a whole history give their slot to others, and beyond `capacity` new rows are not remembered.
 */
export class RowHistory implements HistoryReader {
  readonly #capacity: number;
  /** By limit, tier and key: joining them to one text for every row of every look costs more than looking three times. */
  readonly #places = new Map<string, Map<string, Map<string, Place>>>();
  #size = 0;
  readonly #free: number[] = [];
  #shares = new Uint8Array(0);
  #denied = new Float32Array(0);
  #slots = 0;
  #look = 0;

  constructor(capacity = 10_000) {
    this.#capacity = capacity;
  }

  /** Rows that are remembered. */
  get size(): number {
    return this.#size;
  }

  /** Takes the next look. */
  record(keys: readonly StatusKey[]): void {
    this.#look++;
    for (const key of keys) {
      const place = this.#placeOf(key);
      if (place === undefined) continue;
      this.#closeGap(place);
      const at = place.slot * HISTORY_LOOKS + (this.#look % HISTORY_LOOKS);
      this.#shares[at] = Math.round(Math.min(1, Math.max(0, key.share ?? 0)) * FULL_SHARE);
      this.#denied[at] = key.deniedLastMinute;
      place.seen = this.#look;
    }
    if (this.#look % HISTORY_LOOKS === 0) this.#forget(HISTORY_LOOKS);
  }

  trendOf(row: Pick<StatusKey, 'limit' | 'key' | 'tier'>, count: number): RowTrend | undefined {
    const place = this.#keysOf(row).get(row.key);
    if (place === undefined) return undefined;
    const first = this.#look - Math.min(count, HISTORY_LOOKS) + 1;
    const shares: number[] = [];
    const denied: number[] = [];
    for (let look = first; look <= this.#look; look++) {
      const known = look > 0 && look <= place.seen && look > this.#look - HISTORY_LOOKS;
      const at = place.slot * HISTORY_LOOKS + (((look % HISTORY_LOOKS) + HISTORY_LOOKS) % HISTORY_LOOKS);
      const seen = known && this.#shares[at] !== UNSEEN;
      shares.push(seen ? this.#shares[at]! / FULL_SHARE : 0);
      denied.push(seen ? this.#denied[at]! : 0);
    }
    return {shares, denied};
  }

  #keysOf({limit, tier = ''}: Pick<StatusKey, 'limit' | 'tier'>): Map<string, Place> {
    const tiers = this.#places.get(limit) ?? new Map<string, Map<string, Place>>();
    const keys = tiers.get(tier) ?? new Map<string, Place>();
    if (tiers.size === 0) this.#places.set(limit, tiers);
    if (keys.size === 0) tiers.set(tier, keys);
    return keys;
  }

  #placeOf(row: Pick<StatusKey, 'limit' | 'key' | 'tier'>): Place | undefined {
    const keys = this.#keysOf(row);
    const known = keys.get(row.key);
    if (known !== undefined) return known;
    const slot = this.#freeSlot();
    if (slot === undefined) return undefined;
    this.#shares.fill(UNSEEN, slot * HISTORY_LOOKS, (slot + 1) * HISTORY_LOOKS);
    const place = {slot, seen: this.#look - 1};
    keys.set(row.key, place);
    this.#size++;
    return place;
  }

  /** Looks that did not see the row. */
  #closeGap({slot, seen}: Place): void {
    const first = Math.max(seen + 1, this.#look - HISTORY_LOOKS + 1);
    for (let look = first; look < this.#look; look++)
      this.#shares[slot * HISTORY_LOOKS + (look % HISTORY_LOOKS)] = UNSEEN;
  }

  #freeSlot(): number | undefined {
    if (this.#free.length === 0 && this.#slots === this.#capacity) this.#forget(1);
    if (this.#free.length === 0) this.#grow();
    return this.#free.pop();
  }

  #grow(): void {
    const slots = Math.min(this.#capacity, Math.max(FIRST_SLOTS, this.#slots * 2));
    if (slots === this.#slots) return;
    const shares = new Uint8Array(slots * HISTORY_LOOKS);
    const denied = new Float32Array(slots * HISTORY_LOOKS);
    shares.set(this.#shares);
    denied.set(this.#denied);
    for (let slot = slots - 1; slot >= this.#slots; slot--) this.#free.push(slot);
    this.#shares = shares;
    this.#denied = denied;
    this.#slots = slots;
  }

  /** Gives back the slots of rows that were not seen in the last `looks` looks. */
  #forget(looks: number): void {
    for (const tiers of this.#places.values())
      for (const keys of tiers.values())
        for (const [key, {slot, seen}] of keys) {
          // The look under way has not come to all of its rows yet: what the one before saw stays.
          if (seen > this.#look - looks || (looks === 1 && seen === this.#look - 1)) continue;
          keys.delete(key);
          this.#free.push(slot);
          this.#size--;
        }
  }
}
