import type {TimeUnit} from '../time/time-unit.ts';

/**
 * What of a field makes the value of an attribute: all of its text, an address in one spelling, that of `address:port`,
 * the host of `host:port`, a part of a request line (`GET /a?b HTTP/1.1`), or the path of a target (`/a?b`).
 */
export type Part =
  | 'text'
  | 'ip'
  | 'ip-port'
  | 'host-port'
  | 'method'
  | 'url'
  | 'path'
  | 'protocol'
  | 'target-path';

/** Where an attribute comes from: a field of a line, by number. */
export interface FieldSource {
  readonly field: number;
  readonly part: Part;
  /** The unit of a field that is a span of time; default seconds. */
  readonly unit?: TimeUnit;
}

/** The attributes that a field with a whole request line (`GET /a?b HTTP/1.1`) gives. */
export const ofRequestLine = (
  field: number,
): Readonly<Record<'method' | 'path' | 'url' | 'protocol', FieldSource>> => ({
  method: {field, part: 'method'},
  path: {field, part: 'path'},
  url: {field, part: 'url'},
  protocol: {field, part: 'protocol'},
});
