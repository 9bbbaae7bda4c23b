import type {RowAddress} from '../../engine/live/check.ts';
import {AddressMap} from '../address-map.ts';
import type {DeniedKey, HotKey, KeyUsage, LimitUsage, UsageDelta, UsageSlot} from '../port.ts';
import {
  countedAt,
  DENIED_KEYS,
  HOT_KEYS,
  hourOf,
  lastMinute,
  type MinuteCounts,
  minuteOf,
  USAGE_KEPT,
} from '../usage-window.ts';

interface HotEntry {
  readonly address: RowAddress;
  readonly shadow: boolean;
  readonly until: number;
  readonly counts: MinuteCounts;
}

/** What happened, in sums of bounded size. */
export class MemoryUsage {
  /** By start of the minute, then by limit. */
  readonly #slots = new Map<number, Map<string, UsageSlot>>();
  /** By start of the hour. */
  readonly #hours = new Map<number, AddressMap<DeniedKey>>();
  #hot = new AddressMap<HotEntry>();

  record({limits, keys}: UsageDelta, now: number): void {
    if (limits.length > 0) this.#count(limits, minuteOf(now));
    for (const key of keys) this.#heat(key, now);
    this.#countDenied(keys, hourOf(now));
    // Trimmed a little late, so that it is not done for every key.
    if (this.#hot.size > HOT_KEYS * 1.1) this.#hot = mapOf(this.#hottest(now, HOT_KEYS));
  }

  hot(count: number, now: number): readonly HotKey[] {
    return this.#hottest(now, Math.min(count, HOT_KEYS)).map(({address, shadow, until, counts}) => ({
      address,
      shadow,
      until,
      deniedLastMinute: lastMinute(counts, now),
    }));
  }

  slots(from: number, until: number): readonly UsageSlot[] {
    return [...this.#slots]
      .filter(([at]) => at >= from && at < until)
      .sort(([a], [b]) => a - b)
      .flatMap(([, byLimit]) => [...byLimit.values()]);
  }

  mostDenied(from: number, until: number, count: number): readonly DeniedKey[] {
    const sums = new AddressMap<DeniedKey>();
    for (const [hour, keys] of this.#hours) {
      if (hour >= from && hour < until) for (const key of keys.values()) addDenied(sums, key);
    }
    return mostFirst(sums).slice(0, count);
  }

  forget(addresses: readonly RowAddress[]): void {
    for (const address of addresses) this.#hot.delete(address);
  }

  sweep(now: number): void {
    for (const by of [this.#slots, this.#hours])
      for (const at of by.keys()) if (at <= now - USAGE_KEPT) by.delete(at);
    this.#hot = mapOf(this.#hottest(now, HOT_KEYS));
  }

  #count(limits: readonly LimitUsage[], at: number): void {
    let slot = this.#slots.get(at);
    if (slot === undefined) {
      slot = new Map();
      this.#slots.set(at, slot);
      for (const old of this.#slots.keys()) if (old <= at - USAGE_KEPT) this.#slots.delete(old);
    }
    for (const {limit, allowed, denied, shadowDenied} of limits) {
      const before = slot.get(limit);
      slot.set(limit, {
        at,
        limit,
        allowed: allowed + (before?.allowed ?? 0),
        denied: denied + (before?.denied ?? 0),
        shadowDenied: shadowDenied + (before?.shadowDenied ?? 0),
      });
    }
  }

  #heat({address, denied, shadow, until}: KeyUsage, now: number): void {
    const before = this.#hot.get(address);
    const counts = countedAt(before?.counts ?? {minute: minuteOf(now), current: 0, previous: 0}, now, denied);
    this.#hot.set(address, {address, shadow, until: Math.max(until, before?.until ?? 0), counts});
  }

  #countDenied(keys: readonly KeyUsage[], hour: number): void {
    const refused = keys.filter(({denied}) => denied > 0);
    if (refused.length === 0) return;
    const counted = this.#hours.get(hour) ?? new AddressMap<DeniedKey>();
    for (const key of refused) addDenied(counted, key);
    const trimmed =
      counted.size > 2 * DENIED_KEYS ? mapOf(mostFirst(counted).slice(0, DENIED_KEYS)) : counted;
    this.#hours.set(hour, trimmed);
    for (const old of this.#hours.keys()) if (old <= hour - USAGE_KEPT) this.#hours.delete(old);
  }

  #hottest(now: number, count: number): HotEntry[] {
    return [...this.#hot.values()]
      .filter(({until}) => until > now)
      .sort((a, b) => b.until - a.until)
      .slice(0, count);
  }
}

const addDenied = (sums: AddressMap<DeniedKey>, {address, denied}: DeniedKey): void =>
  sums.set(address, {address, denied: denied + (sums.get(address)?.denied ?? 0)});

const mostFirst = (keys: AddressMap<DeniedKey>): DeniedKey[] =>
  [...keys.values()].sort((a, b) => b.denied - a.denied);

const mapOf = <V extends {readonly address: RowAddress}>(values: readonly V[]): AddressMap<V> => {
  const map = new AddressMap<V>();
  for (const value of values) map.set(value.address, value);
  return map;
};
