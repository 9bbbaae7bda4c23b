import type {RowAddress} from '../../engine/live/check.ts';
import {AddressMap} from '../address-map.ts';
import type {
  DeniedKey,
  DeniedSpan,
  HotKey,
  KeyUsage,
  LimitUsage,
  SlotWidth,
  UsageDelta,
  UsageSlot,
} from '../port.ts';
import {
  countedAt,
  DENIED_GRAINS,
  DENIED_KEYS,
  type Grain,
  HOT_KEYS,
  lastMinute,
  type MinuteCounts,
  minuteOf,
  SLOT_GRAINS,
  startOf,
} from '../usage-window.ts';

interface HotEntry {
  readonly address: RowAddress;
  readonly shadow: boolean;
  readonly until: number;
  readonly counts: MinuteCounts;
}

/** By start of the slot, then by limit. */
type Slots = Map<number, Map<string, UsageSlot>>;
/** By start of the hour or day. */
type Refusals = Map<number, AddressMap<DeniedKey>>;

/** What happened, in sums of bounded size. */
export class MemoryUsage {
  readonly #slots: Readonly<Record<SlotWidth, Slots>> = {minute: new Map(), hour: new Map()};
  readonly #refusals: Readonly<Record<DeniedSpan, Refusals>> = {hour: new Map(), day: new Map()};
  #hot = new AddressMap<HotEntry>();

  record({limits, keys}: UsageDelta, now: number): void {
    const refused = keys.filter(({denied}) => denied > 0);
    if (limits.length > 0)
      for (const width of WIDTHS) count(this.#slots[width], limits, SLOT_GRAINS[width], now);
    for (const key of keys) this.#heat(key, now);
    if (refused.length > 0)
      for (const span of SPANS) countDenied(this.#refusals[span], refused, DENIED_GRAINS[span], now);
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

  slots(from: number, until: number, width: SlotWidth = 'minute'): readonly UsageSlot[] {
    return [...this.#slots[width]]
      .filter(([at]) => at >= from && at < until)
      .sort(([a], [b]) => a - b)
      .flatMap(([, byLimit]) => [...byLimit.values()]);
  }

  mostDenied(from: number, until: number, count: number, span: DeniedSpan = 'hour'): readonly DeniedKey[] {
    const sums = new AddressMap<DeniedKey>();
    for (const [at, keys] of this.#refusals[span]) {
      if (at >= from && at < until) for (const key of keys.values()) addDenied(sums, key);
    }
    return mostFirst(sums).slice(0, count);
  }

  forget(addresses: readonly RowAddress[]): void {
    for (const address of addresses) this.#hot.delete(address);
  }

  sweep(now: number): void {
    for (const width of WIDTHS) forgetOld(this.#slots[width], SLOT_GRAINS[width], now);
    for (const span of SPANS) forgetOld(this.#refusals[span], DENIED_GRAINS[span], now);
    this.#hot = mapOf(this.#hottest(now, HOT_KEYS));
  }

  #heat({address, denied, shadow, until}: KeyUsage, now: number): void {
    const before = this.#hot.get(address);
    const counts = countedAt(before?.counts ?? {minute: minuteOf(now), current: 0, previous: 0}, now, denied);
    this.#hot.set(address, {address, shadow, until: Math.max(until, before?.until ?? 0), counts});
  }

  #hottest(now: number, count: number): HotEntry[] {
    return [...this.#hot.values()]
      .filter(({until}) => until > now)
      .sort((a, b) => b.until - a.until)
      .slice(0, count);
  }
}

const WIDTHS: readonly SlotWidth[] = ['minute', 'hour'];
const SPANS: readonly DeniedSpan[] = ['hour', 'day'];

const forgetOld = (by: Map<number, unknown>, {kept}: Grain, now: number): void => {
  for (const at of by.keys()) if (at <= now - kept) by.delete(at);
};

const count = (slots: Slots, limits: readonly LimitUsage[], grain: Grain, now: number): void => {
  const at = startOf(now, grain);
  let slot = slots.get(at);
  if (slot === undefined) {
    slot = new Map();
    slots.set(at, slot);
    forgetOld(slots, grain, at);
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
};

const countDenied = (refusals: Refusals, refused: readonly KeyUsage[], grain: Grain, now: number): void => {
  const at = startOf(now, grain);
  const counted = refusals.get(at) ?? new AddressMap<DeniedKey>();
  for (const key of refused) addDenied(counted, key);
  const isLarge = counted.size > 2 * DENIED_KEYS;
  refusals.set(at, isLarge ? mapOf(mostFirst(counted).slice(0, DENIED_KEYS)) : counted);
  forgetOld(refusals, grain, at);
};

const addDenied = (sums: AddressMap<DeniedKey>, {address, denied}: DeniedKey): void =>
  sums.set(address, {address, denied: denied + (sums.get(address)?.denied ?? 0)});

const mostFirst = (keys: AddressMap<DeniedKey>): DeniedKey[] =>
  [...keys.values()].sort((a, b) => b.denied - a.denied);

const mapOf = <V extends {readonly address: RowAddress}>(values: readonly V[]): AddressMap<V> => {
  const map = new AddressMap<V>();
  for (const value of values) map.set(value.address, value);
  return map;
};
