import {setTimeout as sleep} from 'node:timers/promises';
import type {Check} from '../../engine/live/check.ts';
import {hexLiteral} from './array-literal.ts';
import type {Connection} from './connection.ts';
import type {CachedRow, RowCache} from './row-cache.ts';
import type {Server} from './server.ts';
import type {Statement} from './statement.ts';

/** How long a row that is held is not asked for: each call that does ask waits for the lock, and keeps a connection from others. */
const LEFT_ALONE_MS = 1_000;
/** A row that is only busy changes hands within this time. */
const CHANGES_HANDS_MS = 25;

/** A row's id in hexadecimal → the transaction that has it locked. */
type Holders = ReadonlyMap<string, string>;

/**
 * Rows that somebody's open transaction keeps locked, told from rows that are busy: those have another holder a moment later.
 */
export class HeldRows {
  readonly #rows: RowCache;
  readonly #locked: Statement;
  /** Beyond it no row is known to be held. */
  #until = 0;

  constructor({schema}: Server, rows: RowCache) {
    this.#rows = rows;
    this.#locked = {
      name: 'ratectl_locked',
      text: `with free as materialized (
          select id from ${schema}.state where id = any($1::bytea[]) order by id for update skip locked
        )
        select st.id, st.xmax from ${schema}.state st
        where st.id = any($1::bytea[]) and st.id not in (select id from free)`,
    };
  }

  /** Whether the check would charge a row that is known to be held. */
  concern({layers}: Check): boolean {
    if (this.#until === 0) return false;
    const now = performance.now();
    if (now >= this.#until) return false;
    return layers.some(({address, cost}) => cost > 0 && this.#rows.get(address).heldUntil > now);
  }

  /** Remembers which rows of the checks are held. To be asked when one of them was waited for in vain. */
  async find(connection: Connection, checks: readonly Check[]): Promise<void> {
    const rows = checks.flatMap(({layers}) => layers.map(({address}) => this.#rows.get(address)));
    const before = await this.#holders(connection, rows);
    await sleep(CHANGES_HANDS_MS);
    const after = await this.#holders(connection, rows);
    this.#until = performance.now() + LEFT_ALONE_MS;
    for (const row of rows)
      if (before.has(row.hex) && before.get(row.hex) === after.get(row.hex)) row.heldUntil = this.#until;
  }

  /** Which rows are locked now, and by whom. */
  async #holders(connection: Connection, rows: readonly CachedRow[]): Promise<Holders> {
    const ids = [...new Set(rows.map(({hex}) => hex))].sort();
    const found = await connection.query(this.#locked, [hexLiteral(ids)]);
    return new Map(found.map(([id, holder]) => [id!.slice(2), holder!]));
  }
}
