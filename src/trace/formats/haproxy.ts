import {ViewCache} from '../../base/view-cache.ts';
import {Parsed, type RecordParser, type TraceFormat} from '../format.ts';
import {endOfAddress} from '../ip-address.ts';
import type {RowSink} from '../row-sink.ts';
import {parseNaiveClfTime} from '../time/clf-time.ts';
import {badTime} from '../time/text-time.ts';
import {Ascii, bytesOf, countByte, equalBytes, indexOfByte, lastIndexOfByte, startsWithAt} from './ascii.ts';
import {clientFault} from './client.ts';
import {shareOfLines} from './detect-share.ts';
import {FieldPlan} from './field-plan.ts';
import {type FieldSource, ofRequestLine} from './field-source.ts';
import {LineFields} from './line-fields.ts';
import {endOfQuoted} from './quote-scan.ts';
import {refuse} from './refuse.ts';

// What stands behind the accept date, parted by spaces, before captured headers and the request.
const FIELDS = [
  'client',
  'time',
  'frontend',
  'server',
  'timers',
  'status',
  'bytes_read',
  'request_cookie',
  'response_cookie',
  'termination_state',
  'connections',
  'queues',
  'request',
  'duration',
] as const;

const at = (name: (typeof FIELDS)[number]): number => FIELDS.indexOf(name);
const CLIENT = at('client');
const TIME = at('time');
const SERVER = at('server');
const TIMERS = at('timers');
const QUEUES = at('queues');
const REQUEST = at('request');
const DURATION = at('duration');

/** Slashes in `TR/Tw/Tc/Tr/Ta`; a connection of TCP mode has only `Tw/Tc/Tt`. */
const HTTP_SLASHES = 4;

const SOURCES: ReadonlyMap<string, FieldSource> = new Map<string, FieldSource>([
  ...FIELDS.map((name, field): [string, FieldSource] => [name, {field, part: 'text'}]),
  ['ip', {field: CLIENT, part: 'ip-port'}],
  ['key', {field: CLIENT, part: 'ip-port'}],
  ...Object.entries(ofRequestLine(REQUEST)),
  ['bytes', {field: at('bytes_read'), part: 'text'}],
  ['duration', {field: DURATION, part: 'text', unit: 'ms'}],
]);

const NAMES = ['ip', 'key', 'method', 'path', 'url', 'protocol', 'status', 'bytes', ...FIELDS];

const HAPROXY = bytesOf('haproxy[');
const PROXY = bytesOf('Proxy ');
const SERVER_WORD = bytesOf('Server ');

/**
 * HAProxy's HTTP log, alone or behind what syslog puts before it:
 *
 *     client:port [accept date] frontend backend/server timers status bytes … {captured headers} "request"
 *
 * A long request is cut off without its closing quote. Connections of TCP mode, TLS errors and start-up messages are no
 * requests.
 */
class HaproxyParser implements RecordParser {
  readonly #plan: FieldPlan;
  readonly #fields = new LineFields(FIELDS.length);
  readonly #views = new ViewCache();
  #sawTime = false;

  constructor(plan: FieldPlan) {
    this.#plan = plan;
  }

  parse(bytes: Uint8Array, start: number, end: number, sink: RowSink): Parsed {
    const bracket = acceptDate(bytes, start, end);
    if (bracket < 0) {
      return isMessage(bytes, start, end)
        ? Parsed.notARequest
        : refuse(
            sink,
            0,
            'no accept date: expected client:port [14/Nov/2023:22:14:00.127] frontend backend/server …',
          );
    }
    const fields = this.#fields;
    fields.clear();
    const close = indexOfByte(bytes, Ascii.closeBracket, bracket, end);
    const time = parseNaiveClfTime(this.#views.of(bytes), bracket, close);
    if (time < 0)
      return refuse(sink, bracket - start, badTime(bytes, bracket, close, '14/Nov/2023:22:14:00.127'));
    const clientEnd = bracket - 2;
    const client = Math.max(start, lastIndexOfByte(bytes, Ascii.space, start, clientEnd) + 1);
    const fault = clientFault(bytes, client, endOfAddress(bytes, client, clientEnd));
    if (fault !== undefined) return refuse(sink, client - start, fault);
    fields.set(CLIENT, client, clientEnd);
    fields.set(TIME, bracket, close);
    if (!this.#behindDate(bytes, close + 2, end)) return Parsed.notARequest;
    sink.time = time;
    this.#sawTime = true;
    return this.#plan.fill(bytes, fields, sink) ? Parsed.request : Parsed.bad;
  }

  notes(): readonly string[] {
    return [...(this.#sawTime ? ['times carry no zone: taken as UTC'] : []), ...this.#plan.notes()];
  }

  /** Finds the fields from the frontend on; false when they are not those of an HTTP request. */
  #behindDate(bytes: Uint8Array, from: number, end: number): boolean {
    const fields = this.#fields;
    let at = from;
    for (let field = TIME + 1; field <= QUEUES && at < end; field++) {
      const to = indexOfByte(bytes, Ascii.space, at, end);
      fields.set(field, at, to);
      at = to + 1;
    }
    const timers = fields.starts[TIMERS]!;
    const timersEnd = fields.ends[TIMERS]!;
    if (indexOfByte(bytes, Ascii.slash, fields.starts[SERVER]!, fields.ends[SERVER]!) >= fields.ends[SERVER]!)
      return false;
    if (countByte(bytes, Ascii.slash, timers, timersEnd) !== HTTP_SLASHES) return false;
    fields.set(DURATION, lastIndexOfByte(bytes, Ascii.slash, timers, timersEnd) + 1, timersEnd);
    // Captured headers, `{Mozilla/5.0 (…)} {}`, hold no quote: HAProxy encodes it.
    const quote = indexOfByte(bytes, Ascii.quote, Math.min(at, end), end);
    if (quote === end) return true;
    const close = endOfQuoted(this.#views.of(bytes), quote + 1, end);
    fields.set(REQUEST, quote + 1, close < 0 ? end : close);
    return true;
  }
}

/** Where the accept date begins, behind the first ` [dd/`; −1 when there is none. */
const acceptDate = (bytes: Uint8Array, start: number, end: number): number => {
  for (let at = start + 1; at + 5 < end; at++) {
    const found =
      bytes[at] === Ascii.openBracket && bytes[at - 1] === Ascii.space && bytes[at + 3] === Ascii.slash;
    if (found) return at + 1;
  }
  return -1;
};

/** Whether a line without an accept date is one of HAProxy's messages: `Proxy web started.`, or anything behind `haproxy[7]: `. */
const isMessage = (bytes: Uint8Array, start: number, end: number): boolean => {
  if (startsWithAt(bytes, start, end, PROXY) || startsWithAt(bytes, start, end, SERVER_WORD)) return true;
  for (let at = start; at + HAPROXY.length < end; at++) {
    if (equalBytes(bytes, at, at + HAPROXY.length, HAPROXY)) return true;
  }
  return false;
};

export const haproxyFormat: TraceFormat = {
  name: 'haproxy',
  title: 'HAProxy HTTP log',
  framing: 'lines',
  independentLines: true,
  accessLog: true,
  attributes: [...new Set(NAMES)],
  detect: (lines) => shareOfLines(lines, haproxyFormat),
  createParser: (options) => new HaproxyParser(new FieldPlan(options, (name) => SOURCES.get(name), NAMES)),
};
