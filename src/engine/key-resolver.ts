import type {AttributeColumns} from './attribute-columns.ts';
import {type CompiledPart, compileTemplate} from './key-template.ts';
import {KeySpace} from './key-space.ts';
import {hashBytes, type RequestBatch, valueEnd, valueStart} from './request-batch.ts';

/** Between a tiered limit's key and its tier in the interned bytes: no UTF-8 text contains it. */
export const TIER_SEPARATOR = 0xff;

export const MISSING_KEY = -1;

/**
 * Turns a request into the id of its key under one template. Limits with the same template share a resolver, so that a
 * request's key is hashed and looked up once.
 */
export class KeyResolver {
  readonly keys = new KeySpace();
  readonly #parts: readonly CompiledPart[];
  /** The column when the template is nothing but one attribute: its bytes and hash are used in place. */
  readonly #single: number;
  #scratch = new Uint8Array(256);
  #lastSerial = -1;
  #lastId = MISSING_KEY;

  /** With `tier`, the tier's bytes follow the key's, so that each tier of a key has a state of its own. */
  constructor(key: string, tier: string | undefined, columns: AttributeColumns) {
    const separator: CompiledPart = {column: -1, bytes: Uint8Array.of(TIER_SEPARATOR)};
    this.#parts =
      tier === undefined
        ? compileTemplate(key, columns)
        : [...compileTemplate(key, columns), separator, ...compileTemplate(tier, columns)];
    const only = this.#parts.length === 1 ? this.#parts[0] : undefined;
    this.#single = only?.column ?? -1;
  }

  /**
   * The id of the request's key, or `MISSING_KEY` when an attribute of the key is missing. A missing tier is an empty one.
   * `serial` numbers the requests: asked again within one request, the answer is remembered.
   */
  resolve(batch: RequestBatch, row: number, serial: number): number {
    if (serial === this.#lastSerial) return this.#lastId;
    this.#lastSerial = serial;
    this.#lastId = this.#single >= 0 ? this.#resolveSingle(batch, row) : this.#resolveParts(batch, row);
    return this.#lastId;
  }

  #resolveSingle(batch: RequestBatch, row: number): number {
    const start = valueStart(batch, row, this.#single);
    const end = valueEnd(batch, row, this.#single);
    if (start === end) return MISSING_KEY;
    return this.keys.intern(batch.bytes, start, end, batch.hashes[row * batch.columns + this.#single]!);
  }

  #resolveParts(batch: RequestBatch, row: number): number {
    let length = 0;
    let inTier = false;
    for (const part of this.#parts) {
      let bytes = part.bytes;
      let start = 0;
      let end: number;
      if (bytes === undefined) {
        bytes = batch.bytes;
        start = valueStart(batch, row, part.column);
        end = valueEnd(batch, row, part.column);
        if (start === end && !inTier) return MISSING_KEY;
      } else {
        end = bytes.length;
        if (end === 1 && bytes[0] === TIER_SEPARATOR) inTier = true;
      }
      if (length + end - start > this.#scratch.length) this.#growScratch(length + end - start);
      for (let i = start; i < end; i++) this.#scratch[length++] = bytes[i]!;
    }
    return this.keys.intern(this.#scratch, 0, length, hashBytes(this.#scratch, 0, length));
  }

  #growScratch(needed: number): void {
    const bigger = new Uint8Array(2 * needed);
    bigger.set(this.#scratch);
    this.#scratch = bigger;
  }
}
