import {existsSync, readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {gunzipSync} from 'node:zlib';
import {describe, expect, test} from 'vitest';
import {detected, formatNamed, type Outcome, parseLines} from '../trace/formats/parse-lines.ts';

/** Samples of access logs which other projects own: read in place, never copied. Set RATECTL_DATA to where they are. */
const DATA = process.env['RATECTL_DATA'] ?? fileURLToPath(new URL('../../../shared/data', import.meta.url));
const isHere = existsSync(`${DATA}/formats/expected.json`);

/** What `expected.json` says of a file: every request as line number, milliseconds, key; only the first ones of long files. */
interface Expected {
  readonly lines: number;
  readonly requests: number | null;
  readonly distinct_keys?: number;
  readonly events?: readonly (readonly [line: number, ms: number, key: string])[];
}

interface Found {
  readonly line: number;
  readonly outcome: Outcome;
}

const text = (name: string): string => readFileSync(`${DATA}/formats/${name}`, 'utf8');

const linesOf = (content: string): readonly {readonly line: number; readonly text: string}[] =>
  content
    .split('\n')
    .map((line, index) => ({line: index + 1, text: line.replace(/\r$/, '')}))
    .filter((line) => line.text.trim() !== '');

const parse = (name: string, content: string): readonly Found[] => {
  const lines = linesOf(content);
  const {outcomes} = parseLines(
    formatNamed(name),
    lines.map((line) => line.text),
    {columns: ['key', 'path', 'url', 'agent']},
  );
  return lines.map(({line}, index) => ({line, outcome: outcomes[index]!}));
};

const FILES: readonly (readonly [file: string, format: string])[] = [
  ['crowdsec_apache_malformed.log', 'combined'],
  ['crowdsec_aws_alb.log', 'alb'],
  ['crowdsec_cloudfront.log', 'cloudfront'],
  ['crowdsec_dos_bypass_cache.log', 'combined'],
  ['crowdsec_dos_random_uri.log', 'combined'],
  ['crowdsec_haproxy.log', 'haproxy'],
  ['crowdsec_nginx_malformed.log', 'combined'],
  ['crowdsec_traefik_clf.log', 'combined'],
  ['lnav_bad_access.log', 'combined'],
  ['lnav_haproxy.log', 'haproxy'],
  ['lnav_w3c_big.log', 'w3c'],
  ['nekrassov_ltsv.log', 'ltsv'],
  ['nekrassov_s3_mixed.log', 's3'],
];

describe.skipIf(!isHere)(`samples of access logs in ${DATA}`, () => {
  const expectations = isHere ? (JSON.parse(text('expected.json')) as Record<string, Expected>) : {};

  test.each(FILES)('%s is found to be %s', (file, format) => {
    expect(
      detected(
        linesOf(text(file))
          .slice(0, 50)
          .map((line) => line.text),
      ).name,
    ).toBe(format);
  });

  test.each(FILES)('%s as %s has exactly the expected requests', (file, format) => {
    const expected = expectations[file]!;
    const found = parse(format, text(file));
    const requests = found.flatMap(({line, outcome}) =>
      outcome.kind === 'request'
        ? [[line, Math.floor(outcome.us / 1000), outcome.values['key']] as const]
        : [],
    );
    if (expected.events === undefined) return;
    expect(requests.slice(0, expected.events.length)).toEqual(expected.events);
    expect(requests.length).toBe(expected.requests);
    expect(new Set(requests.map(([, , key]) => key)).size).toBe(expected.distinct_keys);
  });

  test.each([
    'crowdsec_nginx_http.log',
    'crowdsec_nginx_limit_req_errors.log',
    'crowdsec_cloudfront.log',
    'crowdsec_envoy_cri.log',
    'lnav_caddy.ndjson',
  ])('%s, a mixture or no access log, makes no format fail', (file) => {
    for (const [, format] of FILES) expect(parse(format, text(file)).length).toBeGreaterThan(0);
  });

  test('the web shop has the counts of facts.json', () => {
    const facts = (
      JSON.parse(readFileSync(`${DATA}/traces/facts.json`, 'utf8')) as Record<string, Record<string, unknown>>
    )['zanbil_shop_1000.log']!;
    const found = parse(
      'combined',
      gunzipSync(readFileSync(`${DATA}/traces/zanbil_shop_1000.log.gz`)).toString('latin1'),
    );
    const keys = new Map<string, number>();
    const times: number[] = [];
    for (const {outcome} of found) {
      if (outcome.kind !== 'request') continue;
      times.push(outcome.us / 1000);
      const key = outcome.values['key']!;
      keys.set(key, (keys.get(key) ?? 0) + 1);
    }
    expect(times.length).toBe(facts['parsed']);
    expect([Math.min(...times), Math.max(...times)]).toEqual([facts['min_ts_ms'], facts['max_ts_ms']]);
    expect(keys.size).toBe(facts['distinct_keys']);
    for (const [key, count] of facts['top5_keys'] as readonly (readonly [string, number])[])
      expect(keys.get(key)).toBe(count);
  });
});

test.runIf(!isHere)('the samples are not here', () => {
  process.stderr.write(`skipped: no ${DATA}/formats/expected.json (set RATECTL_DATA)\n`);
});
