import {quoted} from '../../base/safe-text.ts';
import {didYouMean} from '../../base/suggest.ts';
import {Parsed, type ParserOptions, type RecordParser} from '../format.ts';
import {bytesOf, startsWithAt, textOf} from '../formats/ascii.ts';
import type {RowSink} from '../row-sink.ts';
import {TimeField} from '../time/time-field.ts';
import {ColumnRules} from './column-rules.ts';
import {CostRule} from './cost-rule.ts';
import {DurationRule} from './duration-rule.ts';
import {explainJsonError} from './explain-json-error.ts';
import {FieldSlots} from './field-slots.ts';
import type {JsonProfile} from './json-profile.ts';
import {ObjectScanner, ValueKind} from './object-scanner.ts';
import {RecordValues} from './record-values.ts';
import {ShapeCache} from './shape-cache.ts';
import type {Use} from './shape-code.ts';
import {ShapeRun} from './shape-run.ts';
import {skipLogPrefix} from './skip-log-prefix.ts';

const OPEN_BRACE = 0x7b;

/** Reads requests from JSON objects, one per record. What is wanted is worked out once; a record allocates nothing. */
export class JsonRecordParser implements RecordParser {
  readonly #scanner: ObjectScanner;
  readonly #values: RecordValues;
  readonly #timeSlots: readonly number[];
  readonly #times: readonly TimeField[];
  readonly #cost: CostRule;
  readonly #duration: DurationRule;
  readonly #columns: ColumnRules;
  readonly #marks: readonly (readonly number[])[];
  readonly #loggerSlots: readonly number[];
  readonly #loggerPrefix: Uint8Array;
  readonly #mapped: readonly {
    readonly attribute: string;
    readonly field: string;
    readonly slots: readonly number[];
  }[];
  readonly #notes: string[] = [];
  readonly #shapes: ShapeCache;
  readonly run: ShapeRun;
  #first = true;

  constructor(profile: JsonProfile, {columns, mapping, timeUnit}: ParserOptions) {
    const fields = new FieldSlots();
    const mappedTime = mapping.fieldOf('t');
    const times = (mappedTime === undefined ? profile.time : [mappedTime]).flatMap((name) => {
      const field = new TimeField(name, timeUnit);
      return fields.of(name).map((slot) => ({slot, field}));
    });
    this.#timeSlots = times.map((time) => time.slot);
    this.#times = times.map((time) => time.field);
    this.#cost = new CostRule(fields, mapping.fieldsOf('cost'));
    this.#duration = new DurationRule(fields, profile.duration, mapping.fieldOf('duration'));
    this.#columns = new ColumnRules(fields, profile, columns, mapping);
    this.#marks = profile.marks.map((group) => group.flatMap((field) => fields.of(field)));
    this.#loggerSlots = profile.logger === undefined ? [] : fields.of(profile.logger.field);
    this.#loggerPrefix = bytesOf(profile.logger?.prefix ?? '');
    this.#mapped = mapping.attributes
      .filter((attribute) => attribute !== 't' && attribute !== 'cost')
      .flatMap((attribute) =>
        mapping.fieldsOf(attribute)!.map((field) => ({attribute, field, slots: fields.of(field)})),
      );
    this.#scanner = new ObjectScanner(fields);
    this.#values = new RecordValues(this.#scanner);
    this.#shapes = new ShapeCache(this.#columns, this.#duration);
    this.run = new ShapeRun(this.#shapes);
  }

  parse(bytes: Uint8Array, start: number, end: number, sink: RowSink): Parsed {
    const scanner = this.#scanner;
    const at = bytes[start] === OPEN_BRACE ? start : skipLogPrefix(bytes, start, end);
    if (at < 0) return noObject(bytes, start, end, sink);
    if (this.run.stoppedAt !== at && this.#shapes.match(bytes, at, end, sink)) return Parsed.request;
    this.run.stoppedAt = -1;
    const after = scanner.scan(bytes, at, end);
    if (after < 0) return this.#badJson(bytes, start, at, end, ~after, sink);
    const values = this.#values;
    values.begin(bytes);
    if (this.#marks.length > 0 && !this.#isRequest()) return Parsed.notARequest;

    const time = this.#time(bytes, start, sink);
    if (time < 0) return Parsed.bad;
    sink.time = time;
    if (!this.#cost.read(values, start, sink) || !this.#duration.read(values, start, sink)) return Parsed.bad;
    if (this.#first) this.#settle(bytes, at, end);
    if (!this.#columns.read(values, start, sink)) return Parsed.bad;
    if (this.#shapes.wantsToLearn) this.#learn(at, end);
    return Parsed.request;
  }

  /** Apart from `parse`, where a closure would cost an allocation per record. */
  #learn(at: number, end: number): void {
    this.#shapes.learn(this.#values, at, end, (slot) => this.#usedFor(slot));
  }

  notes(): readonly string[] {
    return [
      ...new Set([
        ...this.#notes,
        ...this.#times.flatMap((field) => field.notes()),
        ...this.#columns.notes(),
      ]),
    ];
  }

  #isRequest(): boolean {
    const values = this.#values;
    for (const group of this.#marks) if (values.firstPresent(group) < 0) return false;
    const logger = values.firstPresent(this.#loggerSlots);
    if (logger < 0) return true;
    values.text(this.#loggerSlots[logger]!);
    return startsWithAt(values.source, values.from, values.to, this.#loggerPrefix);
  }

  /** Whole microseconds since the epoch; negative when the record has no good time, and the sink says why. */
  #time(bytes: Uint8Array, start: number, sink: RowSink): number {
    const found = this.#values.firstPresent(this.#timeSlots);
    if (found < 0) {
      const names = [...new Set(this.#times.slice(0, 8).map((field) => quoted(field.name)))];
      sink.reason = `no time: expected a member ${names.join(' or ')}`;
      sink.reasonColumn = 0;
      return -1;
    }
    const slot = this.#timeSlots[found]!;
    const field = this.#times[found]!;
    const scanner = this.#scanner;
    const kind = scanner.kindOf(slot);
    let time = -1;
    if (kind === ValueKind.number) {
      const integer = scanner.integers[slot]!;
      time = Number.isNaN(integer)
        ? field.ofNumber(bytes, scanner.starts[slot]!, scanner.ends[slot]!)
        : field.ofInteger(integer);
    } else if (kind === ValueKind.text || kind === ValueKind.escapedText) {
      const values = this.#values;
      values.text(slot);
      time = field.ofText(values.source, values.from, values.to);
    }
    if (time < 0) {
      sink.reason = field.fault(time, textOf(bytes, scanner.starts[slot]!, scanner.ends[slot]!));
      sink.reasonColumn = scanner.starts[slot]! - start + 1;
    }
    return time;
  }

  /** Settles, by the first request, what then holds for the whole trace. */
  #settle(bytes: Uint8Array, at: number, end: number): void {
    this.#first = false;
    this.#columns.settle(this.#values);
    for (const {attribute, field, slots} of this.#mapped) {
      if (slots.some((slot) => this.#scanner.kindOf(slot) !== ValueKind.absent)) continue;
      const names = Object.keys(JSON.parse(new TextDecoder().decode(bytes.subarray(at, end))) as object);
      this.#notes.push(
        `the first record has no field ${quoted(field)} (mapped to ${attribute})${didYouMean(field, names)}`,
      );
    }
  }

  /** What the value of a slot was used for in the record just read; undefined when a shape cannot do that. */
  #usedFor(slot: number): Use | 'unused' | 'fixed' | undefined {
    const values = this.#values;
    const kind = this.#scanner.kindOf(slot);
    const uses: Use[] = [];
    const time = values.firstPresent(this.#timeSlots);
    if (this.#timeSlots[time] === slot) {
      // Until the unit is settled (the time 0 does not settle it), a bad record must not settle it.
      if (kind === ValueKind.number && this.#times[time]!.unit === undefined) return undefined;
      uses.push({kind: 'time', field: this.#times[time]!});
    }
    if (this.#cost.uses(slot, values)) uses.push({kind: 'cost'});
    const duration = this.#duration.indexOf(slot, values);
    if (duration >= 0) uses.push({kind: 'duration', index: duration});
    const columns = this.#columns.usesOf(slot, values);
    if (columns.length > 0) uses.push({kind: 'columns', uses: columns});
    // A logger decides whether the record is a request at all; `null` and `-`, that another source is taken.
    if (this.#loggerSlots.includes(slot) || kind === ValueKind.null)
      return uses.length === 0 ? 'fixed' : undefined;
    if (uses.length > 1 || kind === ValueKind.object || kind === ValueKind.array) return undefined;
    if (
      kind === ValueKind.text &&
      !this.#columns.fits(values.bytes, this.#scanner.starts[slot]!, this.#scanner.ends[slot]!)
    )
      return 'fixed';
    return uses[0] ?? 'unused';
  }

  #badJson(bytes: Uint8Array, start: number, from: number, end: number, at: number, sink: RowSink): Parsed {
    const {duplicate} = this.#scanner;
    sink.reasonColumn = at - start + 1;
    sink.reason =
      duplicate === null
        ? explainJsonError(bytes, from, end, at)
        : `member ${quoted(textOf(duplicate.name, 0, duplicate.name.length))} appears twice: which one counts?`;
    return Parsed.bad;
  }
}

const noObject = (bytes: Uint8Array, start: number, end: number, sink: RowSink): Parsed => {
  const hint = bytes[start] === 0x5b ? ' (one JSON array is --format json)' : '';
  sink.reason = `expected a JSON object, found ${quoted(textOf(bytes, start, end), 40)}${hint}`;
  sink.reasonColumn = 1;
  return Parsed.bad;
};
