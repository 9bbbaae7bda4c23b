import {type AtomicFile, openAtomicFile} from '../base/atomic-file.ts';
import {ceilMillis, floorMillis} from '../base/micros.ts';
import {safeJson} from '../base/safe-text.ts';
import type {Decision} from '../engine/decision.ts';
import {type RequestBatch, valueEnd, valueStart} from '../engine/request-batch.ts';
import {keyText} from '../trace/key-text.ts';

const BUFFER = 1 << 20;
/** The longest line without its key: names are bounded, numbers have at most 17 digits. */
const LINE_ROOM = 1 << 10;

/** A decision that was not made on the rows of a batch. */
export interface DecisionLine {
  /** When the request came, µs. */
  readonly at: number;
  readonly key: string;
  readonly cost: number;
  readonly allowed: boolean;
  /** Who refused, or the limit with the least left; null: no limit applied. */
  readonly by: string | null;
  readonly remaining: number | null;
  /** µs. */
  readonly retryAfter: number;
  readonly never: boolean;
  /** µs. */
  readonly delay: number;
}

/**
 * Writes `--decisions`: one JSON object per request in input order, to a file that appears only when the run succeeded.
 * Lines are put together from bytes; only a key that needs escaping becomes a string.
 */
export class DecisionLog {
  readonly #file: AtomicFile;
  readonly #names: readonly string[];
  readonly #keyColumn: number;
  #buffer = Buffer.allocUnsafeSlow(BUFFER);
  #used = 0;

  /** `limitNames` by index in the policy; `keyColumn` is the column of the attribute `key`. */
  constructor(path: string, limitNames: readonly string[], keyColumn: number) {
    this.#file = openAtomicFile(path);
    this.#names = limitNames.map((name) => JSON.stringify(name));
    this.#keyColumn = keyColumn;
  }

  write(batch: RequestBatch, row: number, decision: Decision): void {
    const start = valueStart(batch, row, this.#keyColumn);
    const end = valueEnd(batch, row, this.#keyColumn);
    const plain = isPlain(batch.bytes, start, end);
    const key = plain ? '' : safeJson(keyText(batch.bytes.subarray(start, end)));
    this.#reserve(LINE_ROOM + Math.max(end - start, 6 * key.length));
    this.#text(`{"t":${floorMillis(batch.times[row]!)},"key":`);
    if (plain) this.#quotedBytes(batch.bytes, start, end);
    else this.#used += this.#buffer.write(key, this.#used);
    const {limit} = decision;
    const applied = limit >= 0;
    this.#rest(
      batch.costs[row]!,
      applied ? this.#names[limit]! : 'null',
      applied ? decision.remaining : null,
      decision,
    );
  }

  /** The same line for a decision that no batch holds. */
  writeLine(line: DecisionLine): void {
    const key = safeJson(line.key);
    const by = safeJson(line.by);
    this.#reserve(LINE_ROOM + 6 * (key.length + by.length));
    this.#text(`{"t":${floorMillis(line.at)},"key":`);
    this.#used += this.#buffer.write(key, this.#used);
    this.#rest(line.cost, by, line.remaining, line);
  }

  #rest(
    cost: number,
    limit: string,
    remaining: number | null,
    {allowed, never, retryAfter, delay}: Pick<Decision, 'allowed' | 'never' | 'retryAfter' | 'delay'>,
  ): void {
    this.#text(
      `,"cost":${cost},"allowed":${allowed},"limit":${limit},"remaining":${remaining},"retryAfterMs":${ceilMillis(retryAfter)}`,
    );
    if (never) this.#text(',"never":true');
    if (delay > 0) this.#text(`,"delayMs":${ceilMillis(delay)}`);
    this.#text('}\n');
  }

  /** Writes what is left: what the disk refuses is refused now. */
  flush(): void {
    this.#flush();
  }

  /** Gives the file its name. */
  commit(): void {
    this.#file.commit();
  }

  discard(): void {
    this.#file.discard();
  }

  #text(ascii: string): void {
    this.#used += this.#buffer.write(ascii, this.#used, 'latin1');
  }

  #quotedBytes(bytes: Uint8Array, start: number, end: number): void {
    const buffer = this.#buffer;
    let at = this.#used;
    buffer[at++] = 0x22;
    for (let i = start; i < end; i++) buffer[at++] = bytes[i]!;
    buffer[at++] = 0x22;
    this.#used = at;
  }

  #reserve(bytes: number): void {
    if (this.#used + bytes <= this.#buffer.length) return;
    this.#flush();
    if (bytes > this.#buffer.length) this.#buffer = Buffer.allocUnsafeSlow(2 * bytes);
  }

  #flush(): void {
    this.#file.write(this.#buffer.subarray(0, this.#used));
    this.#used = 0;
  }
}

/** Printable ASCII without quote and backslash: the same bytes in JSON. */
const isPlain = (bytes: Uint8Array, start: number, end: number): boolean => {
  for (let i = start; i < end; i++) {
    const byte = bytes[i]!;
    if (byte < 0x20 || byte > 0x7e || byte === 0x22 || byte === 0x5c) return false;
  }
  return true;
};
