import {quoted} from '../../base/safe-text.ts';
import {Parsed, type ParserOptions, type RecordParser, type TraceFormat} from '../format.ts';
import {AddressNormalizer, addressNotes} from '../ip-address.ts';
import type {RowSink} from '../row-sink.ts';
import {CLF_TIME_LENGTH, ClfTime} from '../time/clf-time.ts';
import {badTime} from '../time/text-time.ts';
import {Ascii, indexOfByte, isDigit, textOf} from './ascii.ts';
import {shareOfLines} from './detect-share.ts';
import {FieldPlan} from './field-plan.ts';
import type {FieldSource} from './field-source.ts';
import {LineFields} from './line-fields.ts';
import {QuoteScan} from './quote-scan.ts';

/**
 * The Common Log Format of Apache, nginx, Traefik and many others, and what grew from it:
 *
 *     [vhost] host ident user [time] "request" status bytes ["referer" "agent" …anything more]
 *
 * What tells the fields apart: host, vhost and ident hold no space; the user may, and ends at the first ` [`; the
 * request ends at the first quote that is not escaped and before ` ` and a status. The request itself may be anything.
 */
type Variant = 'common' | 'combined' | 'vhost';

const Field = {host: 0, vhost: 1, ident: 2, user: 3, time: 4, request: 5, status: 6, bytes: 7, referer: 8, agent: 9} as const;
const FIELD_COUNT = 10;

const text = (field: number): FieldSource => ({field, part: 'text'});

const SOURCES: Readonly<Record<string, FieldSource>> = {
  ip: {field: Field.host, part: 'ip'},
  key: {field: Field.host, part: 'ip'},
  ident: text(Field.ident),
  user: text(Field.user),
  time: text(Field.time),
  request: text(Field.request),
  method: {field: Field.request, part: 'method'},
  path: {field: Field.request, part: 'path'},
  url: {field: Field.request, part: 'url'},
  protocol: {field: Field.request, part: 'protocol'},
  status: text(Field.status),
  bytes: text(Field.bytes),
};

const QUOTED: Readonly<Record<string, FieldSource>> = {referer: text(Field.referer), agent: text(Field.agent)};

const VHOST: Readonly<Record<string, FieldSource>> = {
  host: {field: Field.vhost, part: 'host-port'},
  vhost: text(Field.vhost),
};

const sourcesOf = (variant: Variant): ReadonlyMap<string, FieldSource> =>
  new Map(
    Object.entries({
      ...SOURCES,
      ...(variant === 'common' ? {} : QUOTED),
      ...(variant === 'vhost' ? VHOST : {}),
    }),
  );

class CombinedParser implements RecordParser {
  readonly #variant: Variant;
  readonly #plan: FieldPlan;
  /** Where the address goes when nothing else is wanted; undefined when more is. */
  readonly #addressOnly: readonly number[] | undefined;
  readonly #address = new AddressNormalizer();
  readonly #fields = new LineFields(FIELD_COUNT);
  readonly #clock = new ClfTime();
  readonly #quotes = new QuoteScan();

  constructor(variant: Variant, options: ParserOptions) {
    this.#variant = variant;
    const sources = sourcesOf(variant);
    this.#plan = new FieldPlan(options, name => sources.get(name), [...sources.keys()]);
    this.#addressOnly = this.#plan.addressColumns;
  }

  parse(bytes: Uint8Array, start: number, end: number, sink: RowSink): Parsed {
    let hostStart = start;
    if (this.#variant === 'vhost') {
      hostStart = indexOfByte(bytes, Ascii.space, start, end) + 1;
      this.#fields.set(Field.vhost, start, hostStart - 1);
    }
    // Most clients are IPv4 addresses: digits and dots.
    let at = hostStart;
    while (at < end && isDigitOrDot(bytes[at]!)) at++;
    const ipv4 = bytes[at] === Ascii.space && at - hostStart >= 7 && at - hostStart <= 15;
    if (!ipv4) at = indexOfByte(bytes, Ascii.space, at, end);
    const hostEnd = at;

    // Most lines go on with ` - - [`.
    let stamp = hostEnd + 6;
    const anonymous =
      bytes[hostEnd + 1] === Ascii.minus &&
      bytes[hostEnd + 2] === Ascii.space &&
      bytes[hostEnd + 3] === Ascii.minus &&
      bytes[hostEnd + 4] === Ascii.space &&
      bytes[hostEnd + 5] === Ascii.openBracket;
    if (!(ipv4 && anonymous)) {
      stamp = this.#identAndUser(bytes, start, hostStart, hostEnd, end, sink);
      if (stamp < 0) return Parsed.bad;
    }
    const stampEnd = stamp + CLF_TIME_LENGTH;
    const request = stampEnd + 3;
    if (request > end) return refuse(sink, start, stamp, 'the line ends within the time or before the request');
    const time = this.#clock.parse(bytes, stamp);
    if (time < 0 || bytes[stampEnd] !== Ascii.closeBracket) return badStamp(bytes, start, stamp, end, sink);
    if (bytes[stampEnd + 1] !== Ascii.space || bytes[stampEnd + 2] !== Ascii.quote) {
      return refuse(sink, start, stampEnd + 1, 'no quoted request behind the time');
    }
    const requestEnd = this.#quotes.endOfRequest(bytes, request, end);
    if (requestEnd < 0) return refuse(sink, start, request - 1, 'the request has no closing quote before a status');
    sink.time = time;

    if (this.#addressOnly !== undefined) {
      for (const column of this.#addressOnly) {
        if (ipv4) sink.set(column, bytes, hostStart, hostEnd);
        else this.#address.set(sink, column, bytes, hostStart, hostEnd);
      }
      return Parsed.request;
    }
    const fields = this.#fields;
    fields.set(Field.host, hostStart, hostEnd);
    if (ipv4 && anonymous) {
      fields.set(Field.ident, 0, 0);
      fields.set(Field.user, 0, 0);
    }
    fields.set(Field.time, stamp, stampEnd);
    fields.set(Field.request, request, requestEnd);
    this.#behindRequest(bytes, requestEnd + 2, end);
    return this.#plan.fill(bytes, fields, sink) ? Parsed.request : Parsed.bad;
  }

  notes(): readonly string[] {
    return [...addressNotes([this.#address]), ...this.#plan.notes()];
  }

  /** Any host, ident and user: answers where the time begins, or −1 with a reason. */
  #identAndUser(bytes: Uint8Array, start: number, hostStart: number, hostEnd: number, end: number, sink: RowSink): number {
    const fault = hostFault(bytes, hostStart, hostEnd);
    if (fault !== undefined) {
      refuse(sink, start, hostStart, fault);
      return -1;
    }
    const identStart = hostEnd + 1;
    const identEnd = indexOfByte(bytes, Ascii.space, identStart, end);
    if (bytes[identStart] === Ascii.openBracket || identEnd >= end || bytes[identEnd + 1] === Ascii.openBracket) {
      refuse(sink, start, identStart, 'ident and user are missing before the time (written "-" when there are none)');
      return -1;
    }
    if (looksLikeIpv4(bytes, identStart, identEnd)) {
      refuse(sink, start, identStart, `${quoted(textOf(bytes, identStart, identEnd))} is an address where ident should be: lines that begin with the virtual host have the format vhost`);
      return -1;
    }
    const userStart = identEnd + 1;
    let userEnd = userStart;
    while (userEnd + 1 < end && !(bytes[userEnd] === Ascii.space && bytes[userEnd + 1] === Ascii.openBracket)) userEnd++;
    if (userEnd + 1 >= end) {
      refuse(sink, start, userStart, 'no [time] found');
      return -1;
    }
    this.#fields.set(Field.ident, identStart, identEnd);
    this.#fields.set(Field.user, userStart, userEnd);
    return userEnd + 2;
  }

  #behindRequest(bytes: Uint8Array, from: number, end: number): void {
    const fields = this.#fields;
    const statusEnd = indexOfByte(bytes, Ascii.space, from, end);
    const bytesEnd = indexOfByte(bytes, Ascii.space, Math.min(end, statusEnd + 1), end);
    fields.set(Field.status, from, statusEnd);
    fields.set(Field.bytes, Math.min(end, statusEnd + 1), bytesEnd);
    let at = bytesEnd + 1;
    for (let field: number = Field.referer; field <= Field.agent; field++) {
      const close = at < end && bytes[at] === Ascii.quote ? this.#quotes.endOfQuoted(bytes, at + 1, end) : -1;
      fields.set(field, close < 0 ? 0 : at + 1, close < 0 ? 0 : close);
      at = close < 0 ? end : close + 2;
    }
  }
}

const isDigitOrDot = (byte: number): boolean => (byte - Ascii.dot) >>> 0 <= 11 && byte !== Ascii.slash;

/** What is wrong with a client, if anything. */
const hostFault = (bytes: Uint8Array, start: number, end: number): string | undefined => {
  if (start >= end) return 'no client at the beginning of the line';
  const host = (): string => quoted(textOf(bytes, start, end));
  if (indexOfByte(bytes, Ascii.comma, start, end) < end) return `client ${host()} is a list of addresses (X-Forwarded-For): expected one`;
  if (end - start === 1 && bytes[start] === Ascii.minus) return 'client "-" is unknown: expected an address or a host name';
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    if (byte < Ascii.space || byte === Ascii.quote || byte === Ascii.openBracket && at > start) return `client ${host()} is neither an address nor a host name`;
  }
  return undefined;
};

const looksLikeIpv4 = (bytes: Uint8Array, start: number, end: number): boolean => {
  let dots = 0;
  for (let at = start; at < end; at++) {
    if (!isDigitOrDot(bytes[at]!)) return false;
    if (bytes[at] === Ascii.dot) dots++;
  }
  return dots === 3 && isDigit(bytes[start]!);
};

const refuse = (sink: RowSink, start: number, at: number, reason: string): Parsed => {
  sink.reason = reason;
  sink.reasonColumn = at - start + 1;
  return Parsed.bad;
};

const badStamp = (bytes: Uint8Array, start: number, stamp: number, end: number, sink: RowSink): Parsed => {
  const stampEnd = indexOfByte(bytes, Ascii.closeBracket, stamp, Math.min(end, stamp + 40));
  return refuse(sink, start, stamp, badTime(bytes, stamp, stampEnd, '14/Nov/2023:22:14:00 +0000'));
};

const ofVariant = (name: string, title: string, variant: Variant, share: (lines: readonly Uint8Array[], format: TraceFormat) => number): TraceFormat => {
  const format: TraceFormat = {
    name,
    title,
    framing: 'lines',
    independentLines: true,
    accessLog: true,
    attributes: [...sourcesOf(variant).keys()],
    detect: lines => share(lines, format),
    createParser: options => new CombinedParser(variant, options),
  };
  return format;
};

export const combinedFormats: readonly TraceFormat[] = [ofVariant('vhost', 'x', 'vhost', shareOfLines), ofVariant('combined', 'x', 'combined', shareOfLines), ofVariant('common', 'x', 'common', shareOfLines)];
