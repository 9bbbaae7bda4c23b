import {existsSync, readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {gunzipSync} from 'node:zlib';
import {describe, expect, test} from 'vitest';
import {jsonFormats} from '../../src/trace/formats/json-formats.ts';
import {readTable} from '../trace/csv/read-table.ts';
import {type Outcome, parseLines} from '../trace/formats/parse-lines.ts';
import {detectedAmong, jsonFormat} from '../trace/json/read-json.ts';

/** Samples of logs and traces which other projects own: read in place, never copied. Set RATECTL_DATA to where they are. */
const DATA = process.env['RATECTL_DATA'] ?? fileURLToPath(new URL('../../../shared/data', import.meta.url));
const isHere = existsSync(`${DATA}/formats/expected.json`);

interface Expected {
  readonly requests: number | null;
  readonly distinct_keys?: number;
  readonly events?: readonly (readonly [line: number, ms: number, key: string])[];
}

const linesOf = (file: string): readonly {readonly line: number; readonly text: string}[] =>
  readFileSync(`${DATA}/formats/${file}`, 'utf8')
    .split('\n')
    .map((text, index) => ({line: index + 1, text}))
    .filter(({text}) => text.trim() !== '');

const read = (
  file: string,
  format: string,
  columns: readonly string[],
): readonly {readonly line: number; readonly outcome: Outcome}[] => {
  const lines = linesOf(file);
  const {outcomes} = parseLines(
    jsonFormat(format),
    lines.map(({text}) => text),
    {columns},
  );
  return lines.map(({line}, index) => ({line, outcome: outcomes[index]!}));
};

const FILES: readonly (readonly [file: string, format: string])[] = [
  ['crowdsec_caddy.ndjson', 'caddy'],
  ['crowdsec_envoy_crawl.log', 'envoy'],
  ['crowdsec_envoy_cri.log', 'envoy'],
  ['crowdsec_traefik.ndjson', 'traefik'],
  ['lnav_caddy.ndjson', 'caddy'],
  ['lnav_cloudflare_iso.ndjson', 'cloudflare'],
  ['lnav_cloudflare_ns.ndjson', 'cloudflare'],
];

describe.skipIf(!isHere)(`samples of JSON logs in ${DATA}`, () => {
  const expectations = isHere
    ? (JSON.parse(readFileSync(`${DATA}/formats/expected.json`, 'utf8')) as Record<string, Expected>)
    : {};

  test.each(FILES)('%s is found to be %s', (file, format) => {
    const lines = linesOf(file).slice(0, 50);
    expect(
      detectedAmong(
        jsonFormats,
        lines.map(({text}) => text),
      ),
    ).toBe(format);
  });

  test.each(FILES)('%s as %s has exactly the expected requests', (file, format) => {
    const expected = expectations[file]!;
    const requests = read(file, format, ['key', 'method', 'path', 'status', 'agent', 'host']).flatMap(
      ({line, outcome}) =>
        outcome.kind === 'request'
          ? [[line, Math.floor(outcome.us / 1000), outcome.values['key']] as const]
          : [],
    );
    if (expected.events === undefined) return;
    expect(requests.slice(0, expected.events.length)).toEqual(expected.events);
    expect(requests.length).toBe(expected.requests);
    expect(new Set(requests.map(([, , key]) => key)).size).toBe(expected.distinct_keys);
  });

  test('the messages of Caddy itself are not requests and not bad', () => {
    const kinds = read('lnav_caddy.ndjson', 'caddy', ['key']).map(({outcome}) => outcome.kind);
    expect(kinds.filter((kind) => kind === 'request').length).toBeGreaterThan(0);
    expect(kinds).not.toContain('bad');
  });

  test('an NDJSON of traces without time is bad line by line', () => {
    expect(read('lnav_json_subsec.ndjson', 'ndjson', ['key']).map(({outcome}) => outcome.kind)).toEqual([
      'bad',
      'bad',
    ]);
  });
});

describe.skipIf(!isHere)(`tables in ${DATA}`, () => {
  const facts = isHere
    ? (JSON.parse(readFileSync(`${DATA}/traces/facts.json`, 'utf8')) as Record<
        string,
        Record<string, unknown>
      >)
    : {};
  const table = (name: string): Buffer => gunzipSync(readFileSync(`${DATA}/traces/${name}.gz`));

  test('the NASA log of one day, whose rows end in empty cells', () => {
    const {records, notes} = readTable(table('nasa_19950701.tsv'), {
      format: 'tsv',
      columns: ['key', 'path', 'status'],
    });
    const fact = facts['nasa_19950701.tsv']!;
    const requests = records.flatMap(({outcome}) => (outcome.kind === 'request' ? [outcome] : []));
    expect(requests.length).toBe(fact['parsed']);
    expect(records.filter(({outcome}) => outcome.kind === 'bad')).toEqual([]);
    expect([requests[0]!.us, requests.at(-1)!.us]).toEqual([804_571_201_000_000, 804_584_384_000_000]);
    expect(new Set(requests.map(({values}) => values['key'])).size).toBe(fact['distinct_keys']);
    expect(requests[0]!.values).toEqual({key: '199.72.81.55', path: '/history/apollo/', status: '200'});
    expect(notes).toEqual([expect.stringContaining('seconds')]);
  });

  test('the requests of a language model, of which the cost is two columns', () => {
    const map = ['cost=ContextTokens+GeneratedTokens'];
    const {records, notes} = readTable(table('azure_llm_code.csv'), {columns: ['key'], map});
    const fact = facts['azure_llm_code.csv']!;
    const requests = records.flatMap(({outcome}) => (outcome.kind === 'request' ? [outcome] : []));
    expect(requests.length).toBe(fact['parsed']);
    expect(requests.reduce((sum, {cost}) => sum + cost, 0)).toBe(fact['total_cost']);
    expect(requests[0]!.us).toBe(1_700_158_623_979_960);
    expect(new Set(requests.map(({values}) => values['key']))).toEqual(new Set(['all']));
    expect(notes).toEqual([
      'times carry no zone: taken as UTC',
      'no key or client address: every request belongs to the key "all"',
    ]);
  });
});

test.runIf(!isHere)('the samples are not here', () => {
  process.stderr.write(`skipped: no ${DATA}/formats/expected.json (set RATECTL_DATA)\n`);
});
