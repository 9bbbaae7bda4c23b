import type {LimitUsage, Usage} from '../store/port.ts';

const MINUTE = 60_000_000;
/** Applications tell what they counted within seconds; a minute that is over for so long is final. */
const FINAL_AFTER = 5 * MINUTE;

export type UsageTotals = ReadonlyMap<string, Omit<LimitUsage, 'limit'>>;

/**
 * What limits counted since this process began, made of the store's sums per minute: numbers that only grow, as Prometheus wants its
 * counters. A loss of the store leaves no hole: the minutes are read afterwards.
 */
export class UsageCounter {
  readonly #store: Pick<Usage, 'slots'>;
  /** Sums of the minutes before `#from`. */
  readonly #final = new Map<string, Omit<LimitUsage, 'limit'>>();
  /** Start of the first minute that may still grow, µs of the store's clock; undefined: not begun. */
  #from: number | undefined;
  /** Start of the latest minute that was read: a clock that goes back, as that of another server may, takes nothing away. */
  #latest = 0;
  /** Readings that are asked for at the same time follow each other: each begins where the one before it left off. */
  #reading: Promise<unknown> = Promise.resolve();

  constructor(store: Pick<Usage, 'slots'>) {
    this.#store = store;
  }

  /** `now`: the store's clock, µs. */
  totals(now: number): Promise<UsageTotals> {
    const totals = this.#reading.then(() => this.#read(now));
    this.#reading = totals.catch(() => undefined);
    return totals;
  }

  async #read(now: number): Promise<UsageTotals> {
    const minute = Math.max(this.#latest, Math.floor(now / MINUTE) * MINUTE);
    this.#latest = minute;
    this.#from ??= minute;
    const finalBefore = Math.max(this.#from, minute - FINAL_AFTER);
    const totals = new Map(this.#final);
    const final = new Map(this.#final);
    for await (const slot of this.#store.slots(this.#from, minute + MINUTE)) {
      add(totals, slot);
      if (slot.at < finalBefore) add(final, slot);
    }
    // Only once all was read: a failure in the middle must not count a minute twice.
    this.#from = finalBefore;
    for (const [limit, counts] of final) this.#final.set(limit, counts);
    return totals;
  }
}

const add = (
  sums: Map<string, Omit<LimitUsage, 'limit'>>,
  {limit, allowed, denied, shadowDenied}: LimitUsage,
): void => {
  const before = sums.get(limit) ?? {allowed: 0, denied: 0, shadowDenied: 0};
  sums.set(limit, {
    allowed: before.allowed + allowed,
    denied: before.denied + denied,
    shadowDenied: before.shadowDenied + shadowDenied,
  });
};
