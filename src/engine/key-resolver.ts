import type {AttributeColumns} from './attribute-columns.ts';
import {KeySpace} from './key-space.ts';
import {type CompiledPart, compileTemplate} from './key-template.ts';
import {hashBytes, type RequestBatch, valueEnd, valueStart} from './request-batch.ts';

/** How the tier of a request is found. */
export interface TierRule {
  /** Template over request attributes. */
  readonly template: string;
  /** The tiers there are, … */
  readonly names: readonly string[];
  /** … and the one of requests whose tier is missing or unknown. */
  readonly fallback: string | undefined;
}

/**
 * Between a tiered limit's key and the name of its tier in the interned bytes. No UTF-8 text contains it, so that the last one
 * is the separator whatever bytes an attacker sends as key.
 */
export const TIER_SEPARATOR = 0xff;

/** Where in a tiered limit's interned key the separator is: the key lies before it, the tier after it. */
export const tierCut = (bytes: Uint8Array): number => bytes.lastIndexOf(TIER_SEPARATOR);

export const MISSING_KEY = -1;

/**
 * Turns a request into the id of its key under one template. Limits with the same template share a resolver, so that a
 * request's key is hashed and looked up once.
 */
export class KeyResolver {
  readonly keys = new KeySpace();
  readonly #keyParts: readonly CompiledPart[];
  readonly #tierParts: readonly CompiledPart[] | undefined;
  readonly #tierNames: readonly Uint8Array[];
  readonly #fallback: Uint8Array;
  /** The column when the template is nothing but one attribute: its bytes and hash are used in place. */
  readonly #single: number;
  #scratch = new Uint8Array(256);
  #lastSerial = -1;
  #lastId = MISSING_KEY;

  /**
   * With `tier`, the name of the request's tier follows the key's bytes, so that each tier of a key has a state of its own.
   * All unknown tiers are the fallback: what a client calls its plan does not give it one more budget.
   */
  constructor(key: string, tier: TierRule | undefined, columns: AttributeColumns) {
    this.#keyParts = compileTemplate(key, columns);
    this.#tierParts = tier === undefined ? undefined : compileTemplate(tier.template, columns);
    const encoder = new TextEncoder();
    this.#tierNames = tier?.names.map((name) => encoder.encode(name)) ?? [];
    this.#fallback = encoder.encode(tier?.fallback ?? '');
    const only = this.#keyParts.length === 1 && tier === undefined ? this.#keyParts[0] : undefined;
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
    for (const part of this.#keyParts) {
      if (part.bytes === undefined && isMissing(batch, row, part.column)) return MISSING_KEY;
      length = this.#append(batch, row, part, length);
    }
    if (this.#tierParts !== undefined) {
      this.#reserve(length + 1);
      this.#scratch[length++] = TIER_SEPARATOR;
      const from = length;
      for (const part of this.#tierParts) length = this.#append(batch, row, part, length);
      if (!this.#isTier(from, length)) {
        this.#reserve(from + this.#fallback.length);
        this.#scratch.set(this.#fallback, from);
        length = from + this.#fallback.length;
      }
    }
    return this.keys.intern(this.#scratch, 0, length, hashBytes(this.#scratch, 0, length));
  }

  #isTier(from: number, to: number): boolean {
    return this.#tierNames.some((name) => {
      if (name.length !== to - from) return false;
      for (let i = 0; i < name.length; i++) if (this.#scratch[from + i] !== name[i]) return false;
      return true;
    });
  }

  /** Appends a part to the scratch bytes; returns their new length. */
  #append(batch: RequestBatch, row: number, part: CompiledPart, length: number): number {
    const bytes = part.bytes ?? batch.bytes;
    const start = part.bytes === undefined ? valueStart(batch, row, part.column) : 0;
    const end = part.bytes === undefined ? valueEnd(batch, row, part.column) : bytes.length;
    const to = length + end - start;
    this.#reserve(to);
    const scratch = this.#scratch;
    for (let i = start, at = length; i < end; i++, at++) scratch[at] = bytes[i]!;
    return to;
  }

  #reserve(length: number): void {
    if (length <= this.#scratch.length) return;
    const bigger = new Uint8Array(2 * length);
    bigger.set(this.#scratch);
    this.#scratch = bigger;
  }
}

const isMissing = (batch: RequestBatch, row: number, column: number): boolean =>
  valueStart(batch, row, column) === valueEnd(batch, row, column);
