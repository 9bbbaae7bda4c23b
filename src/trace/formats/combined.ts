import {Parsed, type TraceFormat} from '../format.ts';
import {Ascii, countByte} from './ascii.ts';
import {CommonLogParser, CommonLogField as Field} from './common-log-parser.ts';
import {shareOfLines} from './detect-share.ts';
import {FieldPlan} from './field-plan.ts';
import {type FieldSource, ofRequestLine} from './field-source.ts';

const text = (field: number): FieldSource => ({field, part: 'text'});

const COMMON: Readonly<Record<string, FieldSource>> = {
  ip: {field: Field.host, part: 'ip'},
  key: {field: Field.host, part: 'ip'},
  ...ofRequestLine(Field.request),
  status: text(Field.status),
  bytes: text(Field.bytes),
  ident: text(Field.ident),
  user: text(Field.user),
  request: text(Field.request),
  time: text(Field.time),
};

const COMBINED: Readonly<Record<string, FieldSource>> = {
  ...COMMON,
  referer: text(Field.referer),
  agent: text(Field.agent),
};

const VHOST: Readonly<Record<string, FieldSource>> = {
  ...COMBINED,
  host: {field: Field.vhost, part: 'host-port'},
  vhost: text(Field.vhost),
};

/** Quotes in a line: 2 around the request, 4 more with referer and agent. */
const quotes = (line: Uint8Array): number => countByte(line, Ascii.quote, 0, line.length);

/** How much a line that can be read speaks for a format which has referer and agent. */
const withAgent = (line: Uint8Array, parsed: Parsed): number =>
  parsed === Parsed.bad ? 0 : quotes(line) >= 6 ? 1 : 0.8;

const withoutAgent = (line: Uint8Array, parsed: Parsed): number =>
  parsed === Parsed.bad ? 0 : quotes(line) >= 6 ? 0.8 : 1;

const commonLogFormat = (
  name: string,
  title: string,
  sources: Readonly<Record<string, FieldSource>>,
  weigh: (line: Uint8Array, parsed: Parsed) => number,
): TraceFormat => {
  const names = Object.keys(sources);
  const lookup = new Map(Object.entries(sources));
  const format: TraceFormat = {
    name,
    title,
    framing: 'lines',
    independentLines: true,
    accessLog: true,
    attributes: names,
    detect: (lines) => shareOfLines(lines, format, weigh),
    createParser: (options) =>
      new CommonLogParser(
        lookup.has('vhost') ? 'vhost' : 'client',
        new FieldPlan(options, (field) => lookup.get(field), names),
      ),
  };
  return format;
};

/** Lines as Apache and nginx write them, without (`common`) and with (`combined`) referer and agent, or behind the virtual host (`vhost`). */
export const commonLogFormats: readonly TraceFormat[] = [
  commonLogFormat('combined', 'Apache/nginx combined log', COMBINED, withAgent),
  commonLogFormat('common', 'common log format (CLF)', COMMON, withoutAgent),
  commonLogFormat('vhost', 'combined log behind the virtual host (vhost_combined)', VHOST, withAgent),
];
