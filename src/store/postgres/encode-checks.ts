import type {BucketSet} from '../../engine/bucket-set.ts';
import type {Check} from '../../engine/live/check.ts';
import {hexLiteral, numbersLiteral} from './array-literal.ts';
import type {CachedRow, RowCache} from './row-cache.ts';
import {rowCuts} from './row-cuts.ts';

/** A check, and where its calendar windows were said to be: by layer, then by bucket; µs. */
export interface AskedCheck {
  readonly check: Check;
  readonly instants: ReadonlyMap<number, ReadonlyMap<number, number>>;
}

export interface CheckSettings {
  /** Milliseconds a call waits for rows that others have locked. */
  readonly lockTimeoutMs: number;
  readonly slack: number;
  readonly commit: 'default' | 'asynchronous';
  /** In place of the server's clock. */
  readonly clock: number | undefined;
  /** About what the server's clock says: calendar windows around it are sent along. */
  readonly estimate: number;
}

/** A call of the function `check` (see `checkFunctionSql`). */
export interface EncodedChecks {
  /** In the order of the arguments. */
  readonly values: string[];
  readonly rows: readonly CachedRow[];
}

export const encodeChecks = (
  asked: readonly AskedCheck[],
  cache: RowCache,
  settings: CheckSettings,
): EncodedChecks => {
  const sets = new Sets(settings.estimate);
  const rows: CachedRow[] = [];
  const layerRows: CachedRow[] = [];
  let peeks = 1;
  const call = cache.nextCall();
  for (const {check} of asked)
    for (const {address, cost, blockedUntil} of check.layers) {
      let row = cache.get(address);
      if (row.call !== call) {
        // A row that is too long to be remembered is another object each time.
        const same = row.shortened ? rows.find(({hex}) => hex === row.hex) : undefined;
        if (same === undefined) rows.push(row);
        else row = same;
        row.call = call;
      }
      layerRows.push(row);
      if (cost > 0 && blockedUntil !== Number.POSITIVE_INFINITY) peeks = 0;
    }
  rows.sort((a, b) => (a.hex < b.hex ? -1 : 1));
  let present = 1;
  rows.forEach((row, i) => {
    row.index = i + 1;
    if (!row.present) present = 0;
  });
  const layers: number[] = [];
  let n = 0;
  for (const {check, instants} of asked) {
    layers.push(check.layers.length, check.charge === 'always' ? 1 : 0, check.hold);
    check.layers.forEach(({buckets, cost, shadow, blockedUntil}, i) => {
      const set = buckets.buckets.length === 0 ? 0 : sets.positionOf(buckets, instants.get(i));
      layers.push(layerRows[n++]!.index, set, cost, shadow ? 1 : 0, blockedUntil);
    });
  }
  const {lockTimeoutMs, slack, commit, clock = -1} = settings;
  const {cuts, long} = rowCuts(rows);
  const values = [
    hexLiteral(rows.map(({hex}) => hex)),
    cuts,
    long,
    sets.literal(),
    numbersLiteral(layers),
    numbersLiteral([lockTimeoutMs, slack, commit === 'asynchronous' ? 1 : 0, clock, peeks, present]),
  ];
  return {values, rows};
};

/** The bucket sets of a call. */
class Sets {
  readonly #estimate: number;
  readonly #numbers: number[] = [];
  readonly #positions = new Map<BucketSet, number>();

  constructor(estimate: number) {
    this.#estimate = estimate;
  }

  positionOf(set: BucketSet, instants: ReadonlyMap<number, number> | undefined): number {
    const known = instants === undefined ? this.#positions.get(set) : undefined;
    if (known !== undefined) return known;
    const position = this.#numbers.length + 1;
    if (instants === undefined) this.#positions.set(set, position);
    const words = set.buckets.some(({algorithm}) => algorithm.pairs !== undefined) ? -1 : set.words;
    this.#numbers.push(set.buckets.length, set.keep, words);
    set.buckets.forEach(({code}, i) => {
      this.#numbers.push(...code.numbers(instants?.get(i) ?? this.#estimate));
    });
    return position;
  }

  literal(): string {
    return numbersLiteral(this.#numbers);
  }
}
