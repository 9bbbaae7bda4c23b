import {ViewCache} from '../../base/view-cache.ts';
import type {RowSink} from '../row-sink.ts';
import type {ColumnRules} from './column-rules.ts';
import type {DurationRule} from './duration-rule.ts';
import {UNWANTED} from './member-table.ts';
import {MAX_TRAIL, TRAIL_STRIDE} from './object-scanner.ts';
import type {RecordValues} from './record-values.ts';
import {Shape} from './shape.ts';
import type {Use} from './shape-code.ts';

/** A trace has a few shapes (with and without an optional member), or too many for learning to be worth it. */
const MAX_SHAPES = 4;
const MAX_PATIENCE = 1 << 14;
/** A shape that read so many records before the next one was learnt has paid for itself. */
const PAID = 64;

type UseOf = (slot: number) => Use | 'unused' | 'fixed' | undefined;

/** The shapes of the records read lately. */
export class ShapeCache {
  readonly #columns: ColumnRules;
  readonly #duration: DurationRule;
  readonly #views = new ViewCache();
  readonly #shapes: Shape[] = [];
  #last = 0;
  #next = 0;
  #hits = 0;
  #misses = 0;
  /** So many records of no known shape must come before another is learnt; doubles while learning does not pay. */
  #patience = 1;

  constructor(columns: ColumnRules, duration: DurationRule) {
    this.#columns = columns;
    this.#duration = duration;
  }

  /** Reads a record by its shape. False when it has none of those known. */
  match(bytes: Uint8Array, at: number, end: number, sink: RowSink): boolean {
    const count = this.#shapes.length;
    if (count > 0) {
      const view = this.#views.of(bytes);
      let index = this.#last;
      for (let i = 0; i < count; i++) {
        if (this.#shapes[index]!.match(bytes, view, at, end, sink)) {
          this.#last = index;
          this.#hits++;
          return true;
        }
        index = index + 1 === count ? 0 : index + 1;
      }
    }
    this.#misses++;
    return false;
  }

  get wantsToLearn(): boolean {
    return this.#misses >= this.#patience;
  }

  /** Learns the shape of the record that was just read in full, `bytes[at … end)`. */
  learn(values: RecordValues, at: number, end: number, usedFor: UseOf): void {
    const paid = this.#hits >= PAID || this.#shapes.length < MAX_SHAPES;
    this.#patience = paid ? 1 : Math.min(MAX_PATIENCE, 2 * this.#patience);
    this.#misses = 0;
    this.#hits = 0;
    const parts = partsOf(values, at, end, usedFor);
    if (parts === undefined) {
      this.#patience = Math.min(MAX_PATIENCE, 2 * Math.max(this.#patience, PAID));
      return;
    }
    this.#shapes[this.#next] = new Shape(parts, this.#columns, this.#duration);
    this.#last = this.#next;
    this.#next = (this.#next + 1) % MAX_SHAPES;
  }
}

const partsOf = (
  {bytes, scanner}: RecordValues,
  at: number,
  end: number,
  usedFor: UseOf,
): readonly {readonly literal: Uint8Array; readonly use: Use}[] | undefined => {
  const {trail, trailLength} = scanner;
  if (trailLength > MAX_TRAIL) return undefined;
  const parts: {literal: Uint8Array; use: Use}[] = [];
  let from = at;
  for (let i = 0; i < trailLength * TRAIL_STRIDE; i += TRAIL_STRIDE) {
    const slot = trail[i]!;
    const depth = trail[i + 3]!;
    let use: Use | 'unused' | 'fixed' | undefined = {kind: 'skip', what: 'any', depth};
    if (slot !== UNWANTED) use = usedFor(slot);
    if (use === undefined) return undefined;
    if (use === 'fixed') continue;
    const literal = new Uint8Array(bytes.subarray(from, trail[i + 1]));
    parts.push({literal, use: use === 'unused' ? {kind: 'skip', what: 'scalar', depth} : use});
    from = trail[i + 2]!;
  }
  parts.push({literal: new Uint8Array(bytes.subarray(from, end)), use: {kind: 'end'}});
  return parts;
};
