import {quoted} from '../../base/safe-text.ts';
import {ViewCache} from '../../base/view-cache.ts';
import {type LineRun, Parsed, type RecordParser} from '../format.ts';
import {AddressNormalizer, addressNotes} from '../ip-address.ts';
import type {RowSink} from '../row-sink.ts';
import {CLF_TIME_LENGTH, ClfTime} from '../time/clf-time.ts';
import {badTime} from '../time/text-time.ts';
import {type AnonymousLine, AnonymousRun} from './anonymous-run.ts';
import {Ascii, indexOfByte, textOf} from './ascii.ts';
import {clientFault} from './client.ts';
import type {FieldPlan} from './field-plan.ts';
import {LineFields} from './line-fields.ts';
import {endOfQuoted, endOfRequest} from './quote-scan.ts';
import {refuse} from './refuse.ts';

/** The fields of a line, by number. */
export const CommonLogField = {
  host: 0,
  vhost: 1,
  ident: 2,
  user: 3,
  time: 4,
  request: 5,
  status: 6,
  bytes: 7,
  referer: 8,
  agent: 9,
} as const;

const FIELD_COUNT = 10;
const Field = CommonLogField;

/**
 * Lines of `[vhost] host ident user [time] "request" status bytes ["referer" "agent" …]`.
 *
 * Host, vhost and ident hold no space; the user may, and ends at the first ` [`; the request ends at the first quote
 * that is not escaped and stands before a status. The request itself may be anything.
 *
 * Most lines never come here: `AnonymousRun` reads those without user whose client is an IPv4 address.
 */
export class CommonLogParser implements RecordParser {
  readonly #withVhost: boolean;
  readonly #plan: FieldPlan;
  /** Where the client goes, when nothing else is wanted. */
  readonly #columns: readonly number[] | undefined;
  readonly #address = new AddressNormalizer();
  readonly #fields = new LineFields(FIELD_COUNT);
  readonly #clock = new ClfTime();
  readonly #views = new ViewCache();
  readonly run: LineRun | undefined;

  constructor(first: 'client' | 'vhost', plan: FieldPlan) {
    this.#withVhost = first === 'vhost';
    this.#plan = plan;
    this.#columns = plan.addressColumns;
    if (first === 'client')
      this.run = new AnonymousRun(this.#clock, plan.addressColumns, (bytes, view, line, sink) =>
        this.#fillAnonymous(bytes, view, line, sink),
      );
  }

  notes(): readonly string[] {
    return [...addressNotes([this.#address]), ...this.#plan.notes()];
  }

  parse(bytes: Uint8Array, start: number, end: number, sink: RowSink): Parsed {
    const fields = this.#fields;
    let host = start;
    if (this.#withVhost) {
      const vhostEnd = indexOfByte(bytes, Ascii.space, start, end);
      const fault = clientFault(bytes, start, vhostEnd);
      if (fault !== undefined) return refuse(sink, 0, fault);
      fields.set(Field.vhost, start, vhostEnd);
      host = Math.min(end, vhostEnd + 1);
    }
    const hostEnd = indexOfByte(bytes, Ascii.space, host, end);
    fields.set(Field.host, host, hostEnd);
    const fault = clientFault(bytes, host, hostEnd);
    if (fault !== undefined) return refuse(sink, host - start, fault);
    const stamp = this.#identAndUser(bytes, start, hostEnd, end, sink);
    if (stamp < 0) return Parsed.bad;
    const stampEnd = stamp + CLF_TIME_LENGTH;
    const request = stampEnd + 3;
    if (request > end) return refuse(sink, stamp - start, 'the line ends before the request');
    const view = this.#views.of(bytes);
    if (!this.#clock.read(view, stamp) || bytes[stampEnd] !== Ascii.closeBracket) {
      const to = indexOfByte(bytes, Ascii.closeBracket, stamp, Math.min(end, stamp + 40));
      return refuse(sink, stamp - start, badTime(bytes, stamp, to, '14/Nov/2023:22:14:00 +0000'));
    }
    if (bytes[stampEnd + 1] !== Ascii.space || bytes[stampEnd + 2] !== Ascii.quote) {
      return refuse(sink, stampEnd + 1 - start, 'no quoted request behind the time');
    }
    const requestEnd = endOfRequest(view, request, end);
    if (requestEnd < 0)
      return refuse(sink, request - 1 - start, 'the request has no closing quote before a status');
    sink.time = this.#clock.micros;
    const columns = this.#columns;
    if (columns !== undefined) {
      this.#address.read(bytes, host, hostEnd);
      for (const column of columns) this.#address.setTo(sink, column);
      return Parsed.request;
    }
    return this.#fill(bytes, view, stamp, requestEnd, end, sink);
  }

  /** Reads ident and user, which follow a client that ends at `hostEnd`: answers where the time begins, or −1 with a reason. */
  #identAndUser(bytes: Uint8Array, start: number, hostEnd: number, end: number, sink: RowSink): number {
    const ident = hostEnd + 1;
    const identEnd = indexOfByte(bytes, Ascii.space, Math.min(ident, end), end);
    const user = identEnd + 1;
    const noUser = user < end && bytes[user] === Ascii.openBracket;
    if (ident >= end || bytes[ident] === Ascii.openBracket || noUser) {
      refuse(
        sink,
        ident - start,
        'ident and user are missing before the [time] (each is "-" when there is none)',
      );
      return -1;
    }
    if (isIpv4(bytes, ident, identEnd)) {
      const address = quoted(textOf(bytes, ident, identEnd));
      refuse(
        sink,
        ident - start,
        `the second field is the address ${address}: lines that begin with a virtual host have the format vhost`,
      );
      return -1;
    }
    let userEnd = user;
    while (userEnd + 1 < end && !(bytes[userEnd] === Ascii.space && bytes[userEnd + 1] === Ascii.openBracket))
      userEnd++;
    if (userEnd + 1 >= end) {
      refuse(sink, user - start, 'no [time] found: expected host ident user [time] "request" status bytes');
      return -1;
    }
    this.#fields.set(Field.ident, ident, identEnd);
    this.#fields.set(Field.user, user, userEnd);
    return userEnd + 2;
  }

  #fillAnonymous(bytes: Uint8Array, view: DataView, line: AnonymousLine, sink: RowSink): Parsed {
    const fields = this.#fields;
    fields.set(Field.host, line.start, line.hostEnd);
    fields.set(Field.ident, 0, 0);
    fields.set(Field.user, 0, 0);
    return this.#fill(bytes, view, line.hostEnd + 6, line.requestEnd, line.end, sink);
  }

  /** Takes what is wanted from a line whose client, ident and user are known and whose request ends at `requestEnd`. */
  #fill(
    bytes: Uint8Array,
    view: DataView,
    stamp: number,
    requestEnd: number,
    end: number,
    sink: RowSink,
  ): Parsed {
    const fields = this.#fields;
    const stampEnd = stamp + CLF_TIME_LENGTH;
    fields.set(Field.time, stamp, stampEnd);
    fields.set(Field.request, stampEnd + 3, requestEnd);
    this.#behindRequest(bytes, view, requestEnd + 2, end);
    return this.#plan.fill(bytes, fields, sink) ? Parsed.request : Parsed.bad;
  }

  #behindRequest(bytes: Uint8Array, view: DataView, status: number, end: number): void {
    const fields = this.#fields;
    const last = this.#plan.lastField;
    if (last < Field.status) return;
    const statusEnd = indexOfByte(bytes, Ascii.space, status, end);
    fields.set(Field.status, status, statusEnd);
    const size = Math.min(end, statusEnd + 1);
    const sizeEnd = indexOfByte(bytes, Ascii.space, size, end);
    fields.set(Field.bytes, size, sizeEnd);
    let at = sizeEnd + 1;
    for (let field: number = Field.referer; field <= last; field++) {
      const close = at < end && bytes[at] === Ascii.quote ? endOfQuoted(view, at + 1, end) : -1;
      fields.set(field, close < 0 ? 0 : at + 1, Math.max(0, close));
      at = close < 0 ? end : close + 2;
    }
  }
}

const isIpv4 = (bytes: Uint8Array, start: number, end: number): boolean => {
  let dots = 0;
  for (let at = start; at < end; at++) {
    if (bytes[at] === Ascii.dot) dots++;
    else if (bytes[at]! < Ascii.zero || bytes[at]! > Ascii.nine) return false;
  }
  return dots === 3;
};
