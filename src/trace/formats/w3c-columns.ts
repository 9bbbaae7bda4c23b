import type {TimeUnit} from '../time/time-unit.ts';
import type {FieldSource, Part} from './field-source.ts';

/** Columns an attribute may come from, the best first. */
const SOURCES: readonly (readonly [attribute: string, columns: readonly string[], part: Part])[] = [
  ['ip', ['c-ip', 'c-dns'], 'ip'],
  ['key', ['c-ip', 'c-dns'], 'ip'],
  ['method', ['cs-method'], 'text'],
  ['path', ['cs-uri-stem', 'cs-uri-path'], 'text'],
  ['path', ['cs-uri'], 'target-path'],
  ['url', ['cs-uri'], 'text'],
  ['query', ['cs-uri-query'], 'text'],
  ['status', ['sc-status'], 'text'],
  ['bytes', ['sc-bytes'], 'text'],
  ['host', ['x-host-header', 'cs-host', 'cs(Host)'], 'host-port'],
  ['user', ['cs-username', 'cs-user'], 'text'],
  ['agent', ['cs(User-Agent)'], 'text'],
  ['referer', ['cs(Referer)'], 'text'],
  ['protocol', ['cs-version', 'cs-protocol-version'], 'text'],
];

/** Attributes with a name of their own; every column is one under its name too. */
export const W3C_ATTRIBUTES: readonly string[] = [...new Set(SOURCES.map(([attribute]) => attribute))];

/** Where an attribute, or a column by its name (case does not matter), is in lines with these columns. */
export const w3cLookup = (
  columns: readonly string[],
  timeTaken: TimeUnit,
): ((name: string) => FieldSource | undefined) => {
  const numbers = new Map(columns.map((column, field) => [column.toLowerCase(), field]));
  return (name) => {
    for (const [attribute, candidates, part] of SOURCES) {
      if (attribute !== name) continue;
      for (const candidate of candidates) {
        const field = numbers.get(candidate.toLowerCase());
        if (field !== undefined) return {field, part};
      }
    }
    // The address of a request without `c-ip` is unknown: `s-ip` is the server, `x-forwarded-for` anybody's claim.
    const field = numbers.get(name.toLowerCase());
    return field === undefined ? undefined : {field, part: 'text', unit: timeTaken};
  };
};

/** The columns of CloudFront's standard logs, for files whose header was cut off. */
export const CLOUDFRONT_COLUMNS: readonly string[] = [
  'date',
  'time',
  'x-edge-location',
  'sc-bytes',
  'c-ip',
  'cs-method',
  'cs(Host)',
  'cs-uri-stem',
  'sc-status',
  'cs(Referer)',
  'cs(User-Agent)',
  'cs-uri-query',
  'cs(Cookie)',
  'x-edge-result-type',
  'x-edge-request-id',
  'x-host-header',
  'cs-protocol',
  'cs-bytes',
  'time-taken',
  'x-forwarded-for',
  'ssl-protocol',
  'ssl-cipher',
  'x-edge-response-result-type',
  'cs-protocol-version',
  'fle-status',
  'fle-encrypted-fields',
  'c-port',
  'time-to-first-byte',
  'x-edge-detailed-result-type',
  'sc-content-type',
  'sc-content-len',
  'sc-range-start',
  'sc-range-end',
];
