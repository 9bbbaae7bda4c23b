import type {Connections} from './connections.ts';
import type {Parameter, Statement, TextRows} from './statement.ts';

/** What the parts of the store share. */
export interface Server {
  readonly connections: Connections;
  /** Quoted. */
  readonly schema: string;
  /** Milliseconds to wait for locked rows. */
  readonly lockTimeoutMs: number;
  /** The clock in place of the server's, µs; −1: the server's. */
  now(): number;
  query(statement: Statement, values?: readonly Parameter[]): Promise<TextRows>;
}

/** The clock of a statement: parameter `n`, or the server's. Whole µs. */
export const nowSql = (n: number): string =>
  `(case when $${n}::float8 < 0 then floor(extract(epoch from clock_timestamp()) * 1000000)::float8 else $${n}::float8 end)`;

/** The text form of a bytea: `\x6162`. */
export const bytesOf = (text: string): Buffer => Buffer.from(text.slice(2), 'hex');

export const bytea = (bytes: Uint8Array): string => `\\x${Buffer.from(bytes).toString('hex')}`;

export const textOf = (text: string): string => bytesOf(text).toString();
