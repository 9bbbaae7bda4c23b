import {Parsed, type ParserOptions, type RecordParser, type TraceFormat} from '../format.ts';
import type {RowSink} from '../row-sink.ts';
import {badTime, TextTime} from '../time/text-time.ts';
import type {TimeUnit} from '../time/time-unit.ts';
import {Ascii, bytesOf, indexOfByte, startsWithAt, textOf} from './ascii.ts';
import {clientFault} from './client.ts';
import {shareOfLines} from './detect-share.ts';
import {type FieldLookup, FieldPlan} from './field-plan.ts';
import type {FieldSource} from './field-source.ts';
import {LineFields} from './line-fields.ts';
import {LTSV_ADDRESS_LABELS, LTSV_LABELS, LTSV_SLOTS, LtsvSlot} from './ltsv-labels.ts';
import {refuse} from './refuse.ts';
import {pathEnd, pathStart, RequestLine} from './request-line.ts';

/** A label and what its value is for: slots, each with how far down its list of labels this one stands. */
interface Label {
  /** With its colon. */
  readonly bytes: Uint8Array;
  readonly slots: readonly number[];
  readonly ranks: readonly number[];
}

const ATTRIBUTES: Readonly<Record<string, FieldSource>> = {
  ip: {field: LtsvSlot.ip, part: 'ip'},
  key: {field: LtsvSlot.ip, part: 'ip'},
  ...Object.fromEntries(
    (
      [
        'method',
        'path',
        'url',
        'protocol',
        'status',
        'bytes',
        'user',
        'agent',
        'referer',
        'host',
        'request',
      ] as const
    ).map((name): [string, FieldSource] => [name, {field: LtsvSlot[name], part: 'text'}]),
  ),
};

/** Labels that say in which unit they are: `reqtime_microsec`. */
const unitOfLabel = (label: string): TimeUnit =>
  /micro|_us$/.test(label) ? 'us' : /milli|msec|_ms$/.test(label) ? 'ms' : 's';

const NO_RANK = 255;

/**
 * Labeled tab-separated values (ltsv.org): `time:[…]<tab>host:1.2.3.4<tab>req:GET / HTTP/1.1<tab>status:200`.
 * Labels for the same thing differ between servers: `ltsv-labels.ts` lists those known. Any other label is an
 * attribute by its name.
 */
class LtsvParser implements RecordParser {
  readonly #labels = new Map<string, Label>();
  readonly #plan: FieldPlan;
  readonly #fields: LineFields;
  /** Rank of the label each slot's value came from. */
  readonly #ranks: Uint8Array;
  readonly #time: TextTime;
  readonly #request = new RequestLine();
  /** The label at each place of the last line: lines of one server have them in the same order. */
  readonly #places: Label[] = [];

  constructor(options: ParserOptions) {
    const wanted = new Map<string, number>();
    const ofLabel = (label: string): FieldSource => {
      const field = wanted.get(label) ?? LTSV_SLOTS + wanted.size;
      wanted.set(label, field);
      return {field, part: LTSV_ADDRESS_LABELS.has(label) ? 'ip' : 'text', unit: unitOfLabel(label)};
    };
    const lookup: FieldLookup = (name, asked) => {
      if (asked === 'field') return ofLabel(name);
      return name === 'duration' ? undefined : (ATTRIBUTES[name] ?? ofLabel(name));
    };
    this.#plan = new FieldPlan(options, lookup, Object.keys(ATTRIBUTES));
    const slots = LTSV_SLOTS + wanted.size;
    this.#fields = new LineFields(slots);
    this.#ranks = new Uint8Array(slots);
    this.#time = new TextTime('time', options.timeUnit);
    for (const [slot, labels] of LTSV_LABELS) {
      for (const [rank, label] of labels.entries()) this.#addLabel(label, slot, rank);
    }
    for (const [label, slot] of wanted) this.#addLabel(label, slot, 0);
  }

  parse(bytes: Uint8Array, start: number, end: number, sink: RowSink): Parsed {
    const fault = this.#split(bytes, start, end);
    if (fault >= 0) return refuse(sink, fault - start, 'a field without "label:"');
    const {starts, ends} = this.#fields;
    this.#splitRequest(bytes);
    if (this.#plan.mappedTime === undefined) {
      const from = starts[LtsvSlot.time]!;
      const to = ends[LtsvSlot.time]!;
      if (from >= to) return refuse(sink, 0, 'no field "time"');
      const time = this.#time.parse(bytes, from, to);
      if (time < 0)
        return refuse(
          sink,
          from - start,
          badTime(bytes, from, to, '[14/Nov/2023:22:14:00 +0000], RFC 3339 or a number since 1970'),
        );
      sink.time = time;
    }
    const client = starts[LtsvSlot.ip]!;
    const clientEnd = ends[LtsvSlot.ip]!;
    const clientProblem = client < clientEnd ? clientFault(bytes, client, clientEnd) : undefined;
    if (clientProblem !== undefined) return refuse(sink, client - start, clientProblem);
    return this.#plan.fill(bytes, this.#fields, sink) ? Parsed.request : Parsed.bad;
  }

  notes(): readonly string[] {
    return [...this.#plan.notes(), ...this.#time.notes()];
  }

  #addLabel(name: string, slot: number, rank: number): void {
    const known = this.#labels.get(name);
    const slots = [...(known?.slots ?? []), slot];
    this.#labels.set(name, {bytes: bytesOf(`${name}:`), slots, ranks: [...(known?.ranks ?? []), rank]});
  }

  /** Answers where a field without a label begins; −1 when there is none. */
  #split(bytes: Uint8Array, start: number, end: number): number {
    this.#fields.clear();
    this.#ranks.fill(NO_RANK);
    for (let at = start, place = 0; at < end; place++) {
      const to = indexOfByte(bytes, Ascii.tab, at, end);
      if (to > at) {
        const label = this.#labelAt(bytes, at, to, place);
        if (label === undefined) return at;
        for (let i = 0; i < label.slots.length; i++) {
          const slot = label.slots[i]!;
          const rank = label.ranks[i]!;
          if (rank >= this.#ranks[slot]!) continue;
          this.#ranks[slot] = rank;
          this.#fields.set(slot, at + label.bytes.length, to);
        }
      }
      at = to + 1;
    }
    return -1;
  }

  #labelAt(bytes: Uint8Array, start: number, end: number, place: number): Label | undefined {
    const last = this.#places[place];
    if (last !== undefined && startsWithAt(bytes, start, end, last.bytes)) return last;
    const colon = indexOfByte(bytes, Ascii.colon, start, end);
    if (colon === end || colon === start) return undefined;
    const name = textOf(bytes, start, colon);
    const label = this.#labels.get(name) ?? {bytes: bytes.slice(start, colon + 1), slots: [], ranks: []};
    this.#places[place] = label;
    return label;
  }

  /** Method, target and protocol from the request line, where they have no label of their own; the path from the target. */
  #splitRequest(bytes: Uint8Array): void {
    const fields = this.#fields;
    const {starts, ends} = fields;
    const from = starts[LtsvSlot.request]!;
    const to = ends[LtsvSlot.request]!;
    if (from < to) {
      const request = this.#request;
      request.read(bytes, from, to);
      if (this.#ranks[LtsvSlot.method] === NO_RANK)
        fields.set(LtsvSlot.method, request.methodStart, request.methodEnd);
      if (this.#ranks[LtsvSlot.url] === NO_RANK) fields.set(LtsvSlot.url, request.urlStart, request.urlEnd);
      if (this.#ranks[LtsvSlot.protocol] === NO_RANK) {
        fields.set(LtsvSlot.protocol, request.protocolStart, request.protocolEnd);
      }
    }
    const path = pathStart(bytes, starts[LtsvSlot.url]!, ends[LtsvSlot.url]!);
    fields.set(LtsvSlot.path, path, pathEnd(bytes, path, ends[LtsvSlot.url]!));
  }
}

export const ltsvFormat: TraceFormat = {
  name: 'ltsv',
  title: 'labeled tab-separated values (LTSV)',
  framing: 'lines',
  independentLines: true,
  accessLog: true,
  attributes: [...Object.keys(ATTRIBUTES), '*'],
  detect: (lines) => shareOfLines(lines, ltsvFormat),
  createParser: (options) => new LtsvParser(options),
};
