import type {RowSink} from '../row-sink.ts';
import {epochFactor} from '../time/epoch.ts';
import type {TimeField} from '../time/time-field.ts';
import type {ColumnRules, ColumnUse} from './column-rules.ts';
import type {DurationRule} from './duration-rule.ts';
import {plainStringEnd} from './plain-string.ts';
import {Action, ShapeCode, type Use} from './shape-code.ts';
import {skipNumber, skipStringRest, skipValue, skipWord} from './skip-value.ts';

/** More may be above 2^53, and then a double cannot tell by how much. */
const MAX_DIGITS = 16;

/** Fits 32 bits. */
const MAX_COST_DIGITS = 9;

const QUOTE = 0x22;

/** A column that takes the value of a step. */
interface Target extends ColumnUse {
  readonly step: number;
}

/**
 * The shape of a record that was read in full: the bytes between its values, and what is to be done with each value.
 * A record of the same shape, with any scalar values of its own, is then read without looking at its members one by one.
 * It gives exactly what reading it in full would give; whatever is out of the ordinary (an escape, an exotic number,
 * `null`) is answered with false, and the record is read in full.
 */
export class Shape {
  readonly #numbers: Int32Array;
  readonly #doubles: Float64Array;
  readonly #steps: number;
  readonly #columns: ColumnRules;
  readonly #duration: DurationRule;
  readonly #firstCost: number;
  readonly #targets: readonly Target[];
  readonly #durationStep: number;
  readonly #durationIndex: number;
  readonly #time: TimeField;
  /** Microseconds per unit of the time when that is whole and known; 0 asks the field. */
  readonly #factor: number;
  readonly #starts: Int32Array;
  readonly #ends: Int32Array;

  constructor(
    parts: readonly {readonly literal: Uint8Array; readonly use: Use}[],
    columns: ColumnRules,
    duration: DurationRule,
  ) {
    const code = new ShapeCode();
    for (const {literal, use} of parts) code.add(literal, use);
    this.#numbers = Int32Array.from(code.numbers);
    this.#doubles = Float64Array.from(code.doubles);
    this.#steps = parts.length;
    this.#columns = columns;
    this.#duration = duration;
    const uses = parts.map((part) => part.use);
    this.#firstCost = uses.some((use) => use.kind === 'cost') ? 0 : 1;
    this.#targets = uses.flatMap((use, step) =>
      use.kind === 'columns' ? use.uses.map(({rule, take}) => ({step, rule, take})) : [],
    );
    this.#durationStep = uses.findIndex((use) => use.kind === 'duration');
    this.#durationIndex = uses.find((use) => use.kind === 'duration')?.index ?? -1;
    this.#time = uses.find((use) => use.kind === 'time')!.field;
    this.#factor = this.#time.unit === undefined ? 0 : epochFactor(this.#time.unit);
    this.#starts = new Int32Array(parts.length);
    this.#ends = new Int32Array(parts.length);
  }

  /** Reads `bytes[at … end)` into a sink that has begun the record. False when it is of another shape; the sink is then spoilt. */
  match(bytes: Uint8Array, view: DataView, at: number, end: number, sink: RowSink): boolean {
    const steps = this.#steps;
    const starts = this.#starts;
    const ends = this.#ends;
    const factor = this.#factor;
    const code = this.#numbers;
    const doubles = this.#doubles;
    let c = 0;
    let d = 0;
    let i = at;
    let cost = this.#firstCost;
    for (let s = 0; s < steps; s++) {
      const length = code[c++]!;
      const next = i + length;
      if (next > end) return false;
      const size = code[c++]!;
      if (size === 8) {
        for (const last = next - 8; i < last; i += 8)
          if (view.getFloat64(i, true) !== doubles[d++]) return false;
        if (view.getFloat64(next - 8, true) !== doubles[d++]) return false;
      } else if (size === 4) {
        for (const last = next - 4; i < last; i += 4) if (view.getInt32(i, true) !== code[c++]) return false;
        if (view.getInt32(next - 4, true) !== code[c++]) return false;
      } else {
        for (; i < next; i++) if (bytes[i] !== code[c++]) return false;
      }
      i = next;
      const action = code[c++]!;
      const depth = code[c++]!;
      if (i >= end) {
        if (action === Action.end && i === end) break;
        return false;
      }
      const first = bytes[i]!;
      const start = i;
      switch (action) {
        case Action.time: {
          // The bytes of four digits at a time, as long as there are four.
          let value = 0;
          while (i + 4 <= end && i < start + 12) {
            const word = view.getInt32(i, true);
            if (((word & 0xf0f0f0f0) | (((word + 0x06060606) & 0xf0f0f0f0) >>> 4)) !== 0x33333333) break;
            const digits = word - 0x30303030;
            const pairs = (Math.imul(digits, 10) + (digits >>> 8)) & 0x00ff00ff;
            value = value * 10_000 + (pairs & 0xff) * 100 + (pairs >>> 16);
            i += 4;
          }
          const limit = Math.min(end, start + MAX_DIGITS + 1);
          let next = 0;
          for (; i < limit; i++) {
            next = bytes[i]!;
            if ((next - 0x30) >>> 0 > 9) break;
            value = value * 10 + (next - 0x30);
          }
          // Not so: longer numbers, fractions, exponents, leading zeros and all that is no number.
          const plain =
            i > start &&
            i < limit &&
            next !== 0x2e &&
            (next | 0x20) !== 0x65 &&
            (first !== 0x30 || i === start + 1);
          if (plain && factor > 0) {
            sink.time = value * factor;
          } else {
            i = this.#otherTime(bytes, start, end, sink);
            if (i < 0) return false;
          }
          break;
        }
        case Action.cost: {
          let value = 0;
          let next = 0;
          const limit = Math.min(end, start + MAX_COST_DIGITS + 1);
          for (; i < limit; i++) {
            next = bytes[i]!;
            if ((next - 0x30) >>> 0 > 9) break;
            value = Math.imul(value, 10) + (next - 0x30);
          }
          if (i === start || i === limit || (first === 0x30 && i > start + 1)) return false;
          if (next === 0x2e || (next | 0x20) === 0x65) return false;
          cost += value;
          break;
        }
        case Action.columns:
        case Action.duration: {
          if (first !== QUOTE) {
            i = skipScalar(bytes, start, end);
            if (i < 0) return false;
            starts[s] = start;
            ends[s] = i;
            break;
          }
          i = plainStringEnd(view, i + 1, end);
          if (i < 0) return false;
          starts[s] = start + 1;
          ends[s] = i++;
          break;
        }
        case Action.skip:
        case Action.skipScalar:
          if (first === QUOTE) {
            i = 1 + plainStringEnd(view, i + 1, end);
            if (i === 0) i = skipStringRest(bytes, start + 1, end);
          } else i = action === Action.skip ? skipValue(bytes, i, end, depth) : skipScalar(bytes, i, end);
          if (i < 0) return false;
          break;
        default:
          return false;
      }
    }
    if (sink.time > Number.MAX_SAFE_INTEGER || cost > Number.MAX_SAFE_INTEGER) return false;
    sink.cost = cost;
    return this.#fill(bytes, sink);
  }

  /** Only now that the record is known to have this shape: what is done to addresses is counted. */
  #fill(bytes: Uint8Array, sink: RowSink): boolean {
    const targets = this.#targets;
    for (let t = 0; t < targets.length; t++) {
      const s = targets[t]!.step;
      if (!this.#columns.fits(bytes, this.#starts[s]!, this.#ends[s]!)) return false;
    }
    if (this.#durationStep >= 0) {
      const s = this.#durationStep;
      sink.hold = this.#duration.parse(this.#durationIndex, bytes, this.#starts[s]!, this.#ends[s]!);
      if (sink.hold < 0) return false;
    }
    for (let t = 0; t < targets.length; t++) {
      const {step, rule, take} = targets[t]!;
      this.#columns.take(rule, take, bytes, this.#starts[step]!, this.#ends[step]!, sink);
    }
    this.#columns.setConstants(sink);
    return true;
  }

  /** A time that is no short whole number, or whose unit is not known yet. */
  #otherTime(bytes: Uint8Array, start: number, end: number, sink: RowSink): number {
    const isText = bytes[start] === QUOTE;
    const after = isText ? skipStringRest(bytes, start + 1, end) : skipNumberOnly(bytes, start, end);
    if (after < 0) return after;
    const field = this.#time;
    const time = isText ? field.ofText(bytes, start + 1, after - 1) : field.ofNumber(bytes, start, after);
    sink.time = time;
    return time < 0 ? -1 : after;
  }
}

const isNumberStart = (byte: number): boolean => byte === 0x2d || (byte - 0x30) >>> 0 <= 9;

const skipNumberOnly = (bytes: Uint8Array, start: number, end: number): number =>
  isNumberStart(bytes[start]!) ? skipNumber(bytes, start, end) : -1;

/** A number, `true` or `false`; negative for anything else. */
const skipScalar = (bytes: Uint8Array, start: number, end: number): number => {
  const first = bytes[start]!;
  if (isNumberStart(first)) return skipNumber(bytes, start, end);
  return first === 0x74 || first === 0x66 ? skipWord(bytes, start, end) : -1;
};
