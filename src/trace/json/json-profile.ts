import type {TimeUnit} from '../time/time-unit.ts';

/**
 * What of a member makes the value of an attribute: its text, a client address (without port, in one spelling), the
 * path of a request target, or a part of a whole request line (`GET /a?b HTTP/1.1`).
 */
export type Take = 'text' | 'address' | 'path' | 'request-method' | 'request-url' | 'request-path';

/** A member by its path (`request.client_ip`), and what of it is taken; text when only the path is given. */
export type FieldRef = string | {readonly field: string; readonly take: Take};

/** What the records of one kind of JSON log look like. */
export interface JsonProfile {
  /** The word for `--format`. */
  readonly name: string;
  readonly title: string;
  readonly framing: 'lines' | 'json-array';
  readonly accessLog: boolean;
  /** Where the time is, in order of preference. */
  readonly time: readonly string[];
  /** Where the client address is, in order of preference; `key` falls back to it. */
  readonly address: readonly string[];
  /** Other attributes known by another name than their own. */
  readonly attributes: ReadonlyMap<string, readonly FieldRef[]>;
  /** How long a request took. */
  readonly duration: readonly {readonly field: string; readonly unit: TimeUnit}[];
  /** A record is a request when it has at least one member of each group; others are counted, not bad. */
  readonly marks: readonly (readonly string[])[];
  /** A member that, where it is there, must begin with this text in a request. */
  readonly logger?: {readonly field: string; readonly prefix: string};
}
