import {AttributeColumns} from '../../engine/attribute-columns.ts';
import {FieldMapping} from '../field-mapping.ts';
import {Parsed, type TraceFormat} from '../format.ts';
import {RowSink} from '../row-sink.ts';
import type {JsonProfile} from './json-profile.ts';
import {JsonRecordParser} from './json-record-parser.ts';
import {skipLogPrefix} from './skip-log-prefix.ts';

/** Generic JSON gives way to a format that recognises its own members, also in a file named `.ndjson`. */
const GENERIC_SCORE = 0.6;

/** Looks like an object, though something is wrong with it. */
const BEGINS_LIKE_OBJECT = 0.5;

/** The share of lines that are objects; 0 when none of them is a request of this format. */
const detectLines = (profile: JsonProfile, lines: readonly Uint8Array[]): number => {
  const columns = new AttributeColumns();
  const parser = new JsonRecordParser(profile, {columns, mapping: FieldMapping.none, timeUnit: undefined});
  const sink = new RowSink(0);
  let sum = 0;
  let requests = 0;
  for (const line of lines) {
    const parsed = parser.parse(line, 0, line.length, sink);
    if (parsed === Parsed.request) requests++;
    if (parsed !== Parsed.bad) sum++;
    else if (skipLogPrefix(line, 0, line.length) >= 0) sum += BEGINS_LIKE_OBJECT;
  }
  const share = sum / Math.max(1, lines.length);
  if (profile.marks.length === 0) return GENERIC_SCORE * share;
  return requests === 0 ? 0 : share;
};

const isOneOf = (byte: number | undefined, bytes: string): boolean =>
  byte !== undefined && bytes.includes(String.fromCharCode(byte));

/** `[`, and then an object, the end of the array or the end of the line. Nothing else begins so: `[2016-04-15…]` does not. */
const detectArray = (lines: readonly Uint8Array[]): number => {
  const text = lines.slice(0, 2).flatMap((line) => [...line.subarray(0, 200)].filter((byte) => byte > 0x20));
  return text[0] === 0x5b && (text.length === 1 || isOneOf(text[1], '{]')) ? 1 : 0;
};

/** A trace format over JSON objects, from the data that describes it. */
export const jsonFormat = (profile: JsonProfile): TraceFormat => ({
  name: profile.name,
  title: profile.title,
  framing: profile.framing,
  independentLines: profile.framing === 'lines',
  accessLog: profile.accessLog,
  attributes: ['*', ...new Set(['ip', 'key', ...profile.attributes.keys()])],
  detect: (lines) => (profile.framing === 'lines' ? detectLines(profile, lines) : detectArray(lines)),
  createParser: (options) => new JsonRecordParser(profile, options),
});
