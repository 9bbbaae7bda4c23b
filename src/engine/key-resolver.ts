import type {AttributeColumns} from './attribute-columns.ts';
import {KeySpace} from './key-space.ts';
import {type CompiledPart, compileTemplate} from './key-template.ts';
import {hashView, type RequestBatch, valueEnd, valueStart} from './request-batch.ts';

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
const UNKNOWN_KEY = -2;

/**
 * Most requests of a slice. So many wait for memory together, and what they read is still in the processor's cache when they
 * are decided.
 */
export const SLICE = 256;

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
  #scratchView: DataView = new DataView(this.#scratch.buffer);
  #lastSerial = -1;
  #lastId = MISSING_KEY;
  /** Whether somebody asks for the key of every request. A key that nobody asks for is not interned. */
  everyRequest = false;
  /** Ids of the slice under way, requests `#from … #to − 1`; `UNKNOWN_KEY` for those that nobody has asked for. */
  readonly ids = new Int32Array(SLICE);
  #from = 0;
  #to = 0;

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
    if (row >= this.#from && row < this.#to) return this.#resolveInSlice(batch, row);
    if (serial === this.#lastSerial) return this.#lastId;
    this.#lastSerial = serial;
    this.#lastId = this.#resolve(batch, row);
    return this.#lastId;
  }

  #resolveInSlice(batch: RequestBatch, row: number): number {
    const i = row - this.#from;
    if (this.ids[i] === UNKNOWN_KEY) this.ids[i] = this.#resolve(batch, row);
    return this.ids[i]!;
  }

  #resolve(batch: RequestBatch, row: number): number {
    return this.#single >= 0 ? this.#resolveSingle(batch, row) : this.#resolveParts(batch, row);
  }

  /**
   * Begins a slice: requests `from … to − 1`, at most `SLICE`, whose keys are remembered until `endSlice`. They are resolved
   * together where every request has one.
   */
  beginSlice(batch: RequestBatch, from: number, to: number): void {
    this.#from = from;
    this.#to = to;
    if (!this.everyRequest) this.ids.fill(UNKNOWN_KEY, 0, to - from);
    else if (this.#single >= 0) this.keys.internColumn(batch, this.#single, from, to, this.ids);
    else for (let row = from; row < to; row++) this.ids[row - from] = this.#resolveParts(batch, row);
  }

  /** The slice is over: its batch may be filled again. */
  endSlice(): void {
    this.#from = 0;
    this.#to = 0;
  }

  #resolveSingle(batch: RequestBatch, row: number): number {
    const start = valueStart(batch, row, this.#single);
    const end = valueEnd(batch, row, this.#single);
    if (start === end) return MISSING_KEY;
    return this.keys.intern(batch.view, start, end, batch.hashes[row * batch.columns + this.#single]!);
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
    return this.keys.intern(this.#scratchView, 0, length, hashView(this.#scratchView, 0, length));
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
    this.#scratchView = new DataView(bigger.buffer);
  }
}

const isMissing = (batch: RequestBatch, row: number, column: number): boolean =>
  valueStart(batch, row, column) === valueEnd(batch, row, column);
