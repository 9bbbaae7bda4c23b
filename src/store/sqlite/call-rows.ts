import type {Layer, RowAddress} from '../../engine/live/check.ts';
import {AddressMap} from '../address-map.ts';
import {RowState} from '../row-state.ts';

/** The rows that one call touches: each is loaded once, and saved once when it was charged. */
export class CallRows {
  readonly #rows = new AddressMap<{readonly row: RowState | undefined}>();
  readonly #charged = new Set<RowState>();
  readonly #borrowed = new Set<RowState>();
  readonly #load: (address: RowAddress) => RowState | undefined;

  constructor(load: (address: RowAddress) => RowState | undefined) {
    this.#load = load;
  }

  /** The row to decide with. */
  borrow({address, buckets}: Layer): RowState {
    if (buckets.words === 0) return RowState.fresh(address, buckets);
    let known = this.#rows.get(address);
    if (known === undefined) {
      known = {row: this.#load(address)};
      this.#rows.set(address, known);
    }
    const {row} = known;
    if (row?.buckets === buckets) return row;
    const borrowed = row?.boundTo(buckets) ?? RowState.fresh(address, buckets);
    this.#borrowed.add(borrowed);
    return borrowed;
  }

  /** The row was charged: later checks of the call see it. */
  keep(row: RowState): void {
    const before = this.#rows.get(row.address)?.row;
    if (before !== undefined && before !== row) this.#charged.delete(before);
    if (before !== row) this.#rows.set(row.address, {row});
    this.#charged.add(row);
  }

  get charged(): Iterable<RowState> {
    return this.#charged;
  }

  /** Gives back what the rows hold in the lists of their buckets. */
  free(): void {
    for (const row of this.#borrowed) row.free();
  }
}
