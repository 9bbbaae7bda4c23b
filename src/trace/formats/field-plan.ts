import {RatectlError} from '../../base/ratectl-error.ts';
import {quoted} from '../../base/safe-text.ts';
import {didYouMean} from '../../base/suggest.ts';
import type {ParserOptions} from '../format.ts';
import {AddressNormalizer, addressNotes, endOfAddress} from '../ip-address.ts';
import type {RowSink} from '../row-sink.ts';
import {TextTime} from '../time/text-time.ts';
import {textOf} from './ascii.ts';
import type {FieldSource, Part} from './field-source.ts';
import type {LineFields} from './line-fields.ts';
import {readSpan, readWhole} from './numbers.ts';
import {RequestLine, setPath} from './request-line.ts';

interface Step {
  readonly column: number;
  readonly field: number;
  readonly part: Part;
  readonly ofRequest: boolean;
  readonly normalizer: AddressNormalizer;
}

interface Term {
  readonly name: string;
  readonly source: FieldSource;
}

/** Where an attribute is; or a field, when `--map` names it. Undefined when the format does not have it. */
export type FieldLookup = (name: string, asked: 'attribute' | 'field') => FieldSource | undefined;

/**
 * What to take from the fields of a line: worked out once from the wanted columns and `--map`, then run per line.
 * An attribute that the format does not have stays missing; a mapping to a field that it does not have is an error.
 */
export class FieldPlan {
  /** Columns that hold the client address and nothing else is wanted; undefined when more is to be done. */
  readonly addressColumns: readonly number[] | undefined;
  /** The highest number of a field that is looked at. */
  readonly lastField: number;
  /** Takes the place of the line's own time. */
  readonly mappedTime: Term | undefined;
  readonly #steps: readonly Step[];
  readonly #cost: readonly Term[];
  readonly #duration: Term | undefined;
  readonly #request = new RequestLine();
  readonly #normalizers: AddressNormalizer[] = [];
  readonly #time: TextTime;

  constructor(options: ParserOptions, lookup: FieldLookup, known: readonly string[]) {
    const mapped = (attribute: string, name: string): Term => {
      const source = lookup(name, 'field');
      if (source !== undefined) return {name, source};
      throw new RatectlError(`--map ${attribute}: no field ${quoted(name)}${didYouMean(name, known)}`, {
        code: 'trace/no-such-field',
        hint: `fields are: ${known.slice(0, 20).join(', ')}`,
      });
    };
    const mapping = options.mapping;
    // Also those of attributes that nobody reads: a misspelt field must not pass in silence.
    for (const attribute of mapping.attributes) {
      for (const name of mapping.fieldsOf(attribute) ?? [])
        if (!isOwnTime(attribute, name)) mapped(attribute, name);
    }
    const steps: Step[] = [];
    options.columns.names.forEach((attribute, column) => {
      const name = mapping.fieldOf(attribute);
      const source = name === undefined ? lookup(attribute, 'attribute') : mapped(attribute, name).source;
      if (source === undefined) return;
      const normalizer = new AddressNormalizer();
      this.#normalizers.push(normalizer);
      steps.push({column, ...source, ofRequest: REQUEST_PARTS.has(source.part), normalizer});
    });
    this.#steps = steps;
    this.#cost = (mapping.fieldsOf('cost') ?? []).map((name) => mapped('cost', name));
    const duration = mapping.fieldOf('duration');
    // Known without `--map` where the format says how long a request took from its time on.
    const ownDuration = lookup('duration', 'attribute');
    if (duration !== undefined) this.#duration = mapped('duration', duration);
    else this.#duration = ownDuration && {name: 'duration', source: ownDuration};
    const time = mapping.fieldOf('t');
    this.mappedTime = time === undefined || isOwnTime('t', time) ? undefined : mapped('t', time);
    this.#time = new TextTime(time ?? 'time', options.timeUnit);
    const terms = [...this.#cost, this.#duration, this.mappedTime].flatMap((term) => term?.source ?? []);
    this.lastField = Math.max(-1, ...steps.map((step) => step.field), ...terms.map((term) => term.field));
    const ip = lookup('ip', 'attribute')?.field;
    const onlyAddress = steps.every((step) => step.part === 'ip' && step.field === ip);
    this.addressColumns = onlyAddress && terms.length === 0 ? steps.map((step) => step.column) : undefined;
  }

  /** Fills the sink from the fields of a line; false when a value cannot be understood, and `sink.reason` says why. */
  fill(bytes: Uint8Array, fields: LineFields, sink: RowSink): boolean {
    let requestRead = false;
    for (const step of this.#steps) {
      const start = fields.starts[step.field]!;
      const end = fields.ends[step.field]!;
      if (start >= end || (end - start === 1 && bytes[start] === 0x2d)) {
        sink.set(step.column, bytes, 0, 0);
        continue;
      }
      if (step.ofRequest && !requestRead) {
        this.#request.read(bytes, start, end);
        requestRead = true;
      }
      this.#take(step, bytes, start, end, sink);
    }
    return (
      this.#fillTime(bytes, fields, sink) &&
      this.#fillCost(bytes, fields, sink) &&
      this.#fillDuration(bytes, fields, sink)
    );
  }

  notes(): readonly string[] {
    return [...addressNotes(this.#normalizers), ...this.#time.notes()];
  }

  #take(step: Step, bytes: Uint8Array, start: number, end: number, sink: RowSink): void {
    const request = this.#request;
    switch (step.part) {
      case 'text':
        sink.set(step.column, bytes, start, end);
        break;
      case 'ip':
        step.normalizer.set(sink, step.column, bytes, start, end);
        break;
      case 'ip-port':
        step.normalizer.set(sink, step.column, bytes, start, endOfAddress(bytes, start, end));
        break;
      case 'host-port':
        sink.set(step.column, bytes, start, endOfAddress(bytes, start, end));
        break;
      case 'method':
        sink.set(step.column, bytes, request.methodStart, request.methodEnd);
        break;
      case 'url':
        sink.set(step.column, bytes, request.urlStart, request.urlEnd);
        break;
      case 'protocol':
        sink.set(step.column, bytes, request.protocolStart, request.protocolEnd);
        break;
      case 'path':
        setPath(sink, step.column, bytes, request.urlStart, request.urlEnd);
        break;
      case 'target-path':
        setPath(sink, step.column, bytes, start, end);
        break;
    }
  }

  #fillTime(bytes: Uint8Array, fields: LineFields, sink: RowSink): boolean {
    if (this.mappedTime === undefined) return true;
    const {field} = this.mappedTime.source;
    sink.time = this.#time.parse(bytes, fields.starts[field]!, fields.ends[field]!);
    return (
      sink.time >= 0 ||
      this.#refuse(sink, this.mappedTime, bytes, fields, 'is no time (RFC 3339, common log format or epoch)')
    );
  }

  #fillCost(bytes: Uint8Array, fields: LineFields, sink: RowSink): boolean {
    if (this.#cost.length === 0) return true;
    let sum = 0;
    for (const term of this.#cost) {
      const {field} = term.source;
      const value = readWhole(bytes, fields.starts[field]!, fields.ends[field]!);
      if (value < 0)
        return this.#refuse(
          sink,
          term,
          bytes,
          fields,
          'is no cost: expected a whole number from 0 to 2^53 - 1',
        );
      sum += value;
    }
    sink.cost = sum;
    if (Number.isSafeInteger(sum)) return true;
    sink.reason = `the cost ${sum} is above 2^53 - 1`;
    return false;
  }

  #fillDuration(bytes: Uint8Array, fields: LineFields, sink: RowSink): boolean {
    if (this.#duration === undefined) return true;
    const {field, unit} = this.#duration.source;
    sink.hold = readSpan(bytes, fields.starts[field]!, fields.ends[field]!, unit ?? 's');
    return (
      sink.hold >= 0 || this.#refuse(sink, this.#duration, bytes, fields, 'is no duration: expected a number')
    );
  }

  #refuse(sink: RowSink, term: Term, bytes: Uint8Array, fields: LineFields, why: string): false {
    const {field} = term.source;
    const start = fields.starts[field]!;
    const end = fields.ends[field]!;
    sink.reason = `${term.name} ${quoted(textOf(bytes, start, end))} ${why}`;
    sink.reasonColumn = 0;
    return false;
  }
}

/** `t=time` names what every access log has anyway. */
const isOwnTime = (attribute: string, field: string): boolean => attribute === 't' && field === 'time';

const REQUEST_PARTS: ReadonlySet<Part> = new Set<Part>(['method', 'url', 'path', 'protocol']);
