import type {DatabaseSync, StatementSync} from 'node:sqlite';
import {loadSqlite} from './load-sqlite.ts';

/** A value of SQLite. Text that may hold NUL is read as bytes: some versions of Node cut it there. */
export type SqlValue = string | number | Uint8Array | null;
export type SqlRow = readonly SqlValue[];

/** Milliseconds for which SQLite itself waits for a lock. It blocks the process, so the rest of the time is waited outside. */
const BUSY_TIMEOUT_MS = 5;

/** An open database file. Statements are prepared once. */
export class SqliteHandle {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  private constructor(db: DatabaseSync) {
    this.#db = db;
    db.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
  }

  static open(path: string | URL, access: 'read' | 'write'): SqliteHandle {
    const {DatabaseSync} = loadSqlite();
    return new SqliteHandle(new DatabaseSync(path, {readOnly: access === 'read'}));
  }

  exec(sql: string): void {
    this.#db.exec(sql);
  }

  /** Answers how many rows were changed. */
  run(sql: string, ...values: SqlValue[]): number {
    return Number(this.#prepared(sql).run(...values).changes);
  }

  get(sql: string, ...values: SqlValue[]): SqlRow | undefined {
    return this.#prepared(sql).get(...values) as unknown as SqlRow | undefined;
  }

  all(sql: string, ...values: SqlValue[]): SqlRow[] {
    return this.#prepared(sql).all(...values) as unknown as SqlRow[];
  }

  /** A number such as a pragma or a count. */
  number(sql: string, ...values: SqlValue[]): number {
    return Number(this.get(sql, ...values)?.[0] ?? 0);
  }

  close(): void {
    this.#statements.clear();
    this.#db.close();
  }

  #prepared(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#db.prepare(sql);
      statement.setReturnArrays(true);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

const decoder = new TextDecoder('utf-8', {ignoreBOM: true});

/** Text that was selected as `CAST(… AS BLOB)`. */
export const textOfBlob = (value: SqlValue): string => decoder.decode(value as Uint8Array);
