import {quoted} from '../../base/safe-text.ts';
import {ViewCache} from '../../base/view-cache.ts';
import {CLF_TIME_LENGTH, ClfTime} from './clf-time.ts';
import {epochOfInteger, parseEpoch, unitOfFieldName, unitOfSize} from './epoch.ts';
import {hasZone, NOT_A_TIME, parseRfc3339} from './rfc3339.ts';
import type {TimeUnit} from './time-unit.ts';

/** Where the unit of a numeric time came from: `--time-unit`, the field's name, or the size of the first value. */
export type UnitSource = 'option' | 'name' | 'size';

const UNIT_NAMES: Readonly<Record<TimeUnit, string>> = {
  s: 'seconds',
  ms: 'milliseconds',
  us: 'microseconds',
  ns: 'nanoseconds',
};

const HYPHEN = 0x2d;
const SLASH = 0x2f;

/**
 * The field that holds the time of each record: RFC 3339, or a number since the epoch. The unit of a number is that of
 * `--time-unit`, else the one the field's name ends in, else it is guessed from the size of the first value and then
 * kept, so that one trace never mixes units.
 *
 * All readers answer whole microseconds, or `NOT_A_TIME` / `TIME_OUT_OF_RANGE`, which are negative.
 */
export class TimeField {
  readonly name: string;
  #unit: TimeUnit | undefined;
  #source: UnitSource | undefined;
  #usedNumber = false;
  #sawNoZone = false;
  readonly #clf = new ClfTime();
  readonly #views = new ViewCache();

  constructor(name: string, forced: TimeUnit | undefined) {
    this.name = name;
    const named = unitOfFieldName(name);
    this.#unit = forced ?? named;
    this.#source = forced !== undefined ? 'option' : named !== undefined ? 'name' : undefined;
  }

  /** The unit numbers were read in; undefined when no number was read. */
  get unit(): TimeUnit | undefined {
    return this.#usedNumber ? this.#unit : undefined;
  }

  /** Where that unit came from. */
  get unitSource(): UnitSource | undefined {
    return this.#usedNumber ? this.#source : undefined;
  }

  /** Reads a whole number 0 … 10^15, already parsed. The fast way. */
  ofInteger(value: number): number {
    if (this.#unit === undefined) {
      // Zero is the same instant in every unit: it decides nothing.
      if (value === 0) return 0;
      const unit = value < 1e11 ? 's' : value < 1e14 ? 'ms' : 'us';
      const micros = epochOfInteger(value, unit);
      if (micros >= 0) this.#decide(unit);
      return micros;
    }
    this.#usedNumber = true;
    return epochOfInteger(value, this.#unit);
  }

  /** Reads a decimal number of any length, with fraction and exponent. */
  ofNumber(bytes: Uint8Array, start: number, end: number): number {
    const unit = this.#unit ?? unitOfSize(bytes, start, end);
    const micros = parseEpoch(bytes, start, end, unit ?? 's');
    if (micros > 0 && unit !== undefined) {
      this.#usedNumber = true;
      if (this.#unit === undefined) this.#decide(unit);
    }
    return micros;
  }

  /** Reads text: RFC 3339, a number in quotes, or the Common Log Format's `14/Nov/2023:22:14:00 +0330`. */
  ofText(bytes: Uint8Array, start: number, end: number): number {
    if (end - start === CLF_TIME_LENGTH && bytes[start + 2] === SLASH) {
      return this.#clf.read(this.#views.of(bytes), start) ? this.#clf.micros : NOT_A_TIME;
    }
    if (end - start < 11 || bytes[start + 4] !== HYPHEN) return this.ofNumber(bytes, start, end);
    const micros = parseRfc3339(bytes, start, end);
    if (micros === NOT_A_TIME) return this.ofNumber(bytes, start, end);
    if (micros >= 0 && !this.#sawNoZone && !hasZone(bytes, start, end)) this.#sawNoZone = true;
    return micros;
  }

  /** Why a time could not be used: one clause for a reason text. `text` is the value as it stands in the record. */
  fault(fault: number, text: string): string {
    if (fault === NOT_A_TIME) return `time ${quoted(text)} is neither RFC 3339 nor a number since 1970`;
    const isNumber = /^[-\d.]+(?:e[-+]?\d+)?$/i.test(text);
    const read = isNumber && this.#unit !== undefined ? ` (read in ${UNIT_NAMES[this.#unit]})` : '';
    return `time ${quoted(text)} is outside 1970 … 2255${read}`;
  }

  /** What was assumed, for people. */
  notes(): readonly string[] {
    const notes: string[] = [];
    if (this.#usedNumber && this.#source === 'size') {
      notes.push(
        `times in ${quoted(this.name)} are taken as ${UNIT_NAMES[this.#unit as TimeUnit]} since 1970, by their size; --time-unit says otherwise`,
      );
    }
    if (this.#sawNoZone) notes.push('times carry no zone: taken as UTC');
    return notes;
  }

  #decide(unit: TimeUnit): void {
    this.#unit = unit;
    this.#source = 'size';
    this.#usedNumber = true;
  }
}
