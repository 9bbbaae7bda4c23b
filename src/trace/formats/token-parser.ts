import {ViewCache} from '../../base/view-cache.ts';
import {Parsed, type ParserOptions, type RecordParser, type TraceFormat} from '../format.ts';
import type {RowSink} from '../row-sink.ts';
import {badTime, TextTime} from '../time/text-time.ts';
import {Ascii, indexOfByte} from './ascii.ts';
import {clientFault} from './client.ts';
import {shareOfLines} from './detect-share.ts';
import {FieldPlan} from './field-plan.ts';
import type {FieldSource} from './field-source.ts';
import {LineFields} from './line-fields.ts';
import {endOfQuoted} from './quote-scan.ts';
import {refuse} from './refuse.ts';

/** A format whose lines are fields parted by single spaces, some of them in quotes or brackets, always in the same order. */
export interface TokenLayout {
  readonly name: string;
  readonly title: string;
  /** Names of the fields, in order; lines may have more. */
  readonly fields: readonly string[];
  /** How many of them a line must have. */
  readonly required: number;
  /** Attributes that are not simply a field of that name. */
  readonly sources: Readonly<Record<string, FieldSource>>;
  /** Field numbers. */
  readonly time: number;
  readonly client: number;
  /** A time as the format writes it, for messages. */
  readonly timeExample: string;
  /** What is wrong with a line that has all its fields; `notARequest` for one that no client sent. */
  check(bytes: Uint8Array, fields: LineFields): string | typeof Parsed.notARequest | undefined;
}

export const tokenFormat = (layout: TokenLayout): TraceFormat => {
  const sources = new Map<string, FieldSource>([
    ...layout.fields.map((name, field): [string, FieldSource] => [name, {field, part: 'text'}]),
    ...Object.entries(layout.sources),
  ]);
  const names = [...new Set([...Object.keys(layout.sources), ...layout.fields])];
  const format: TraceFormat = {
    name: layout.name,
    title: layout.title,
    framing: 'lines',
    independentLines: true,
    accessLog: true,
    attributes: names,
    detect: (lines) => shareOfLines(lines, format),
    createParser: (options) =>
      new TokenParser(layout, options, new FieldPlan(options, (name) => sources.get(name), names)),
  };
  return format;
};

class TokenParser implements RecordParser {
  readonly #layout: TokenLayout;
  readonly #plan: FieldPlan;
  readonly #fields: LineFields;
  readonly #time: TextTime;
  readonly #views = new ViewCache();

  constructor(layout: TokenLayout, options: ParserOptions, plan: FieldPlan) {
    this.#layout = layout;
    this.#plan = plan;
    this.#fields = new LineFields(layout.fields.length);
    this.#time = new TextTime('time', options.timeUnit);
  }

  parse(bytes: Uint8Array, start: number, end: number, sink: RowSink): Parsed {
    const layout = this.#layout;
    const fields = this.#fields;
    const found = this.#split(bytes, start, end);
    if (found < layout.required) {
      return refuse(
        sink,
        0,
        `${found} fields: expected at least ${layout.required}, and closed quotes and brackets`,
      );
    }
    const fault = layout.check(bytes, fields);
    if (fault === Parsed.notARequest) return fault;
    if (fault !== undefined) return refuse(sink, 0, fault);
    const timeStart = fields.starts[layout.time]!;
    const timeEnd = fields.ends[layout.time]!;
    const time = this.#time.parse(bytes, timeStart, timeEnd);
    if (time < 0)
      return refuse(sink, timeStart - start, badTime(bytes, timeStart, timeEnd, layout.timeExample));
    const client = fields.starts[layout.client]!;
    const clientProblem = clientFault(bytes, client, fields.ends[layout.client]!);
    if (clientProblem !== undefined) return refuse(sink, client - start, clientProblem);
    sink.time = time;
    return this.#plan.fill(bytes, fields, sink) ? Parsed.request : Parsed.bad;
  }

  notes(): readonly string[] {
    return [...this.#plan.notes(), ...this.#time.notes()];
  }

  /** Finds the fields, quotes and brackets not counted, and answers how many there are. */
  #split(bytes: Uint8Array, start: number, end: number): number {
    const fields = this.#fields;
    const view = this.#views.of(bytes);
    const max = this.#layout.fields.length;
    fields.clear();
    let at = start;
    let count = 0;
    while (at < end && count < max) {
      const isQuoted = bytes[at] === Ascii.quote;
      const close = isQuoted ? endOfQuoted(view, at + 1, end) : closingBracket(bytes, at, end);
      if (isQuoted && close < 0) break;
      const wrapped = close >= 0;
      const from = wrapped ? at + 1 : at;
      const to = wrapped ? close : indexOfByte(bytes, Ascii.space, at, end);
      fields.set(count++, from, to);
      at = wrapped ? to + 2 : to + 1;
    }
    return count;
  }
}

/** Where a field in brackets that begins at `at` ends; −1 when it is none: `[2001:db8::1]:44740` goes on behind the bracket. */
const closingBracket = (bytes: Uint8Array, at: number, end: number): number => {
  if (bytes[at] !== Ascii.openBracket) return -1;
  const close = indexOfByte(bytes, Ascii.closeBracket, at, end);
  return close < end && (close + 1 === end || bytes[close + 1] === Ascii.space) ? close : -1;
};
