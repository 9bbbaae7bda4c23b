import type {StoredRow} from '../../store/port.ts';

/** Rows that are shown. */
const SHOWN = 20;

/** Counts rows and keeps the first few by limit, key and tier: memory does not grow with them. */
export class FirstRows {
  count = 0;
  readonly #rows: StoredRow[] = [];

  get rows(): readonly StoredRow[] {
    return this.#rows;
  }

  add(row: StoredRow): void {
    this.count++;
    const rows = this.#rows;
    if (rows.length === SHOWN && compareRows(row, rows.at(-1)!) >= 0) return;
    let at = rows.length;
    while (at > 0 && compareRows(row, rows[at - 1]!) < 0) at--;
    rows.splice(at, 0, row);
    if (rows.length > SHOWN) rows.pop();
  }
}

const compareRows = ({address: a}: StoredRow, {address: b}: StoredRow): number =>
  compare(a.limit, b.limit) || compare(a.key, b.key) || compare(a.tier, b.tier);

/** As texts are compared in JavaScript: the same everywhere. */
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
