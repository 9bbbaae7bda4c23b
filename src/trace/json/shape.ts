import type {RowSink} from '../row-sink.ts';
import {epochFactor} from '../time/epoch.ts';
import type {TimeField} from '../time/time-field.ts';
import type {ColumnRules, ColumnUse} from './column-rules.ts';
import type {DurationRule} from './duration-rule.ts';
import {skipNumber, skipStringRest, skipValue, skipWord} from './skip-value.ts';

/** What is done with a value of a shape. */
export type Use =
  | {readonly kind: 'time'; readonly field: TimeField}
  | {readonly kind: 'cost'}
  | {readonly kind: 'duration'; readonly index: number}
  | {readonly kind: 'columns'; readonly uses: readonly ColumnUse[]}
  | {readonly kind: 'skip'; readonly what: 'any' | 'scalar'; readonly depth: number}
  | {readonly kind: 'end'};

const Action = {time: 0, cost: 1, duration: 2, columns: 3, skip: 4, skipScalar: 5, end: 6} as const;

/** More may be above 2^53, and then a double cannot tell by how much. */
const MAX_DIGITS = 16;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;

interface Step {
  /** The bytes before the value, and the same as little-endian words, the last of which may overlap the one before. */
  readonly literal: Uint8Array;
  readonly words: Int32Array;
  readonly lastWord: number;
  readonly action: number;
  /** How many objects and arrays are around the value. */
  readonly depth: number;
}

/** A column that takes the value of a step. */
interface Target extends ColumnUse {
  readonly step: number;
}

const wordAt = (bytes: Uint8Array, at: number): number =>
  bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);

const stepOf = (literal: Uint8Array, use: Use): Step => {
  const words = new Int32Array(Math.max(0, Math.ceil(literal.length / 4) - 1));
  for (let i = 0; i < words.length; i++) words[i] = wordAt(literal, 4 * i);
  return {
    literal,
    words,
    lastWord: literal.length >= 4 ? wordAt(literal, literal.length - 4) : 0,
    action: use.kind !== 'skip' ? Action[use.kind] : use.what === 'any' ? Action.skip : Action.skipScalar,
    depth: use.kind === 'skip' ? use.depth : 0,
  };
};

/**
 * The shape of a record that was read in full: the bytes between its values, and what is to be done with each value.
 * A record of the same shape, with any scalar values of its own, is then read without looking at its members one by one.
 * It gives exactly what reading it in full would give; whatever is out of the ordinary (an escape, an exotic number,
 * `null`) is answered with false, and the record is read in full.
 */
export class Shape {
  readonly #steps: readonly Step[];
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
    this.#steps = parts.map(({literal, use}) => stepOf(literal, use));
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
    let i = at;
    let cost = this.#firstCost;
    for (let s = 0; s < steps.length; s++) {
      const step = steps[s]!;
      if (!isLiteral(step, bytes, view, i, end)) return false;
      i += step.literal.length;
      if (i >= end) {
        if (step.action === Action.end && i === end) break;
        return false;
      }
      const first = bytes[i]!;
      const start = i;
      switch (step.action) {
        case Action.time:
        case Action.cost: {
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
          // Longer numbers, fractions, exponents, leading zeros and all that is no number.
          const plain =
            i > start &&
            i < limit &&
            next !== 0x2e &&
            (next | 0x20) !== 0x65 &&
            (first !== 0x30 || i === start + 1);
          if (step.action === Action.cost) {
            if (!plain) return false;
            cost += value;
          } else if (plain && this.#factor > 0) {
            sink.time = value * this.#factor;
          } else {
            i = this.#otherTime(bytes, start, end, sink);
            if (i < 0) return false;
          }
          break;
        }
        case Action.columns:
        case Action.duration: {
          if (first !== QUOTE) {
            i = skipScalar(bytes, start, end);
            if (i < 0) return false;
            this.#starts[s] = start;
            this.#ends[s] = i;
            break;
          }
          i = plainWordsEnd(view, i + 1, end);
          while (i < end) {
            const byte = bytes[i]!;
            if (byte === QUOTE) break;
            if (byte === BACKSLASH || byte < SPACE) return false;
            i++;
          }
          if (i >= end) return false;
          this.#starts[s] = start + 1;
          this.#ends[s] = i++;
          break;
        }
        case Action.skip:
          i = first === QUOTE ? skipStringRest(bytes, i + 1, end) : skipValue(bytes, i, end, step.depth);
          if (i < 0) return false;
          break;
        case Action.skipScalar:
          i = first === QUOTE ? skipStringRest(bytes, i + 1, end) : skipScalar(bytes, i, end);
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

const isLiteral = (
  {literal, words, lastWord}: Step,
  bytes: Uint8Array,
  view: DataView,
  at: number,
  end: number,
): boolean => {
  const length = literal.length;
  if (at + length > end) return false;
  if (length < 4) {
    for (let i = 0; i < length; i++) if (bytes[at + i] !== literal[i]) return false;
    return true;
  }
  for (let i = 0; i < words.length; i++) if (view.getInt32(at + 4 * i, true) !== words[i]) return false;
  return view.getInt32(at + length - 4, true) === lastWord;
};

const ONES = 0x01010101;
const HIGHS = 0x80808080 | 0;

/**
 * Steps over four bytes at a time as long as none of them is a quote, a backslash or a control character. May stop early
 * (a borrow makes the neighbour of such a byte look like one), never late.
 */
const plainWordsEnd = (view: DataView, from: number, end: number): number => {
  let i = from;
  for (; i + 4 <= end; i += 4) {
    const word = view.getInt32(i, true);
    const quotes = word ^ 0x22222222;
    const backslashes = word ^ 0x5c5c5c5c;
    // `x − 1` borrows into the high bit of a byte that is 0, `x − 0x20` into that of one below 0x20; high bits already set do not count.
    const low =
      ((quotes - ONES) & ~quotes) | ((backslashes - ONES) & ~backslashes) | ((word - 0x20202020) & ~word);
    if ((low & HIGHS) !== 0) break;
  }
  return i;
};

const isNumberStart = (byte: number): boolean => byte === 0x2d || (byte - 0x30) >>> 0 <= 9;

const skipNumberOnly = (bytes: Uint8Array, start: number, end: number): number =>
  isNumberStart(bytes[start]!) ? skipNumber(bytes, start, end) : -1;

/** A number, `true` or `false`; negative for anything else. */
const skipScalar = (bytes: Uint8Array, start: number, end: number): number => {
  const first = bytes[start]!;
  if (isNumberStart(first)) return skipNumber(bytes, start, end);
  return first === 0x74 || first === 0x66 ? skipWord(bytes, start, end) : -1;
};
