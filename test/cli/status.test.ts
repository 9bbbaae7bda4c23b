import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {runProgram} from '../../src/cli/program.ts';
import {putToken, recordOf, TOKEN_POLICY, troubled} from '../operate/section-state.ts';
import {schemaErrors} from '../support/json-schema-check.ts';
import {unsafeIn} from '../view/unsafe.ts';
import {type LiveCli, liveCli} from './live-cli.ts';
import {namesIn, statusCli} from './live-status.ts';
import {testContext} from './test-context.ts';

const schema = JSON.parse(
  readFileSync(join(import.meta.dirname, '..', '..', 'docs/json/status.schema.json'), 'utf8'),
) as Readonly<Record<string, unknown>>;

test('without arguments: who is limited, from the index', async () => {
  const cli = await statusCli();
  const {code, out} = await cli.run('status');
  expect(code).toBe(0);
  expect(out).toMatch(/limited +per-ip +203\.0\.113\.7 .*20\/20 +0 +1h1[12]m/);
  expect(out).toContain('1 limited');
  expect(out).not.toContain('203.0.113.8');
});

test('--all finds every key, the worst first; a hostile one does no harm', async () => {
  const cli = await statusCli();
  const {out} = await cli.run('status', '--all', '--sort', 'used', '-o', 'jsonl');
  expect(namesIn(out)).toEqual([
    'per-ip/203.0.113.7 limited',
    'per-tenant/acme shadow-limited',
    'per-ip/203.0.113.8 near',
    'plan/acme ok',
    'per-tenant/bcme ok',
    'per-ip/a\u001b]0;x\u0007* ok',
    'plan/bcme ok',
  ]);
  expect(unsafeIn(out)).toBeUndefined();
  expect(unsafeIn((await cli.run('status', '--all')).out)).toBeUndefined();
});

test('a selector is one key, a prefix or a pattern', async () => {
  const cli = await statusCli();
  const found = async (...args: readonly string[]) =>
    namesIn((await cli.run('status', ...args, '-o', 'jsonl', '--sort', 'key')).out);
  expect(await found('plan/acme')).toEqual(['plan/acme ok']);
  expect(await found('--prefix', 'per-ip/203.')).toEqual([
    'per-ip/203.0.113.7 limited',
    'per-ip/203.0.113.8 near',
  ]);
  expect(await found('--match', 'p*/?cme')).toEqual([
    'per-tenant/acme shadow-limited',
    'per-tenant/bcme ok',
    'plan/acme ok',
    'plan/bcme ok',
  ]);
  expect(await found('--json-key', '"per-ip/a\\u001b]0;x\\u0007*"')).toEqual([
    'per-ip/a\u001b]0;x\u0007* ok',
  ]);
});

test('keys are filtered by name, the inverse too, and by state', async () => {
  const cli = await statusCli();
  const found = async (...args: readonly string[]) =>
    namesIn((await cli.run('status', '--all', ...args, '-o', 'jsonl', '--sort', 'key')).out);
  expect(await found('--filter', '^plan/')).toEqual(['plan/acme ok', 'plan/bcme ok']);
  expect(await found('--filter', '!cme$|203')).toEqual(['per-ip/a\u001b]0;x\u0007* ok']);
  expect(await found('--state', 'near,limited')).toEqual([
    'per-ip/203.0.113.7 limited',
    'per-ip/203.0.113.8 near',
  ]);
});

test('facts are chosen, in every form', async () => {
  const cli = await statusCli();
  const run = (...args: readonly string[]) =>
    cli.run('status', '--all', '--fields', 'key,remaining', ...args);
  expect((await run('-o', 'csv', '--sort', 'used', '--limit', '1')).out).toBe(
    'key,remaining\r\n203.0.113.7,0\r\n',
  );
  expect((await run('-o', 'jsonl', '--sort', 'used', '--limit', '1')).out).toBe(
    '{"key":"203.0.113.7","remaining":0}\n',
  );
  expect((await run('--limit', '1')).out).toMatch(/^ {2}key +left$/m);
  const unknown = await cli.run('status', '--fields', 'remainin');
  expect(unknown).toMatchObject({code: 2});
  expect(unknown.err).toMatch(
    /unknown field "remainin" \(did you mean "remaining"\?\)[\s\S]*fields are: state, limit/,
  );
});

test.each([
  ['limited', [], 5],
  ['near', [], 5],
  ['limited', ['--prefix', 'plan/'], 0],
  ['near', ['per-ip/203.0.113.8'], 5],
  ['limited', ['per-ip/203.0.113.8'], 0],
  ['open', ['--all'], 0],
])('--fail-on %s with %j is exit %i', async (state, args, code) => {
  const cli = await statusCli();
  expect((await cli.run('status', '--fail-on', state, ...args)).code).toBe(code);
});

test('--fail-empty is exit 7 where no key matches, and nothing is no failure otherwise', async () => {
  const cli = await statusCli();
  expect((await cli.run('status', 'per-ip/nobody')).code).toBe(0);
  expect((await cli.run('status', 'per-ip/nobody', '--fail-empty')).code).toBe(7);
});

test.each([
  [['per-iq/x'], /unknown limit "per-iq" \(did you mean "per-ip"\?\)/],
  [['per-ip'], /names no limit, expected LIMIT\/KEY/],
  [['per-ip/'], /no key behind the "\/"[\s\S]*--prefix "per-ip\/"/],
  [['--filter', '('], /is not a regular expression/],
  [['--state', 'hot'], /unknown state "hot"/],
  [['--interval', '100ms'], /expected a duration of 250ms or more/],
  [['--interval', '5s'], /--interval goes with --watch only/],
  [['-o', 'csv', '--json'], /'--json' cannot be used with option '-o, --output/],
  [['--tz', 'Mars'], /unknown time zone "Mars"/],
  [['--prefix'], /--prefix without a selector/],
])('%j is refused with the reason', async (args, message) => {
  const cli = await statusCli();
  const {code, err, out} = await cli.run('status', ...args);
  expect([code, out]).toEqual([2, '']);
  expect(err).toMatch(message);
});

test('without a policy keys are listed, and it says how to name one', async () => {
  const cli = await statusCli({});
  const {code, out} = await cli.run('status', '--all');
  expect(code).toBe(0);
  expect(out).toContain('name it with --policy FILE');
  expect(out).toMatch(/unknown +plan +acme +free/);
});

test.each([
  ['all', ['--all']],
  ['the index', []],
  ['one key', ['plan/acme']],
  ['chosen fields', ['--all', '--fields', 'key']],
])('docs/json/status.schema.json describes the answer: %s', async (_, args) => {
  const cli = await statusCli();
  expect(schemaErrors(schema, JSON.parse((await cli.run('status', ...args, '--json')).out))).toEqual([]);
});

test('docs/json/status.schema.json describes the answer without a policy', async () => {
  const cli = await statusCli({});
  expect(schemaErrors(schema, JSON.parse((await cli.run('status', '--all', '--json')).out))).toEqual([]);
});

test('--watch without a terminal writes what changes as JSON lines, until nobody reads', async () => {
  const cli = await statusCli();
  const base = testContext({RATECTL_STORE: `sqlite:${cli.folder}/state.db`, HOME: cli.folder});
  const lines: string[] = [];
  const context = {
    ...base,
    cwd: cli.folder,
    streams: {
      ...base.streams,
      out: {
        ...base.streams.out,
        get closed() {
          return lines.filter((line) => line.includes('"look"')).length >= 2;
        },
        write: async (text: string | Uint8Array) => {
          lines.push(...String(text).trimEnd().split('\n'));
        },
      },
    },
  };
  await runProgram(['status', '--all', '--watch', '--interval', '250ms', '--filter', '^per-ip/203'], context);
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    {kind: 'key', change: 'new', key: {key: '203.0.113.7', state: 'limited'}},
    {kind: 'key', change: 'new', key: {key: '203.0.113.8', state: 'near'}},
    {kind: 'look', totals: {matching: 2}},
    {kind: 'look'},
  ]);
});

test('--watch --fail-on ends with exit 5 as soon as it holds', async () => {
  const cli = await statusCli();
  expect((await cli.run('status', '--watch', '--fail-on', 'limited')).code).toBe(5);
});

const troubledCli = async (): Promise<LiveCli> => {
  const cli = liveCli({}, {'ratectl.yaml': TOKEN_POLICY});
  await cli.with(async (store) => troubled(store, await store.now()));
  return cli;
};

test('alerts stand at the top; tokens, breakers, queues and instances have tables of their own', async () => {
  const cli = await troubledCli();
  const {code, out} = await cli.run('status');
  expect(code).toBe(0);
  expect(out).toMatch(/^ {2}alerts +token crm needs re-consent since 12m(?:\d+s)?: /);
  for (const head of ['token', 'breaker', 'queue', 'instance'])
    expect(out).toMatch(new RegExp(`^ {2}${head} +\\w`, 'm'));
  expect(unsafeIn(out)).toBeUndefined();
});

test('docs/json/status.schema.json describes tokens, breakers, queues, instances and alerts', async () => {
  const cli = await troubledCli();
  const answer = JSON.parse((await cli.run('status', '--json')).out) as {data: Record<string, unknown[]>};
  expect(schemaErrors(schema, answer)).toEqual([]);
  for (const section of ['alerts', 'tokens', 'breakers', 'queues', 'instances'])
    expect(answer.data[section]!.length, section).toBeGreaterThan(1 - Number(section === 'queues'));
});

test.each([
  ['open', 5],
  ['token', 5],
  ['queue', 5],
  ['limited', 0],
])('--fail-on %s with everything in trouble but the keys is exit %i', async (condition, code) => {
  const cli = await troubledCli();
  expect((await cli.run('status', '--fail-on', condition, '-o', 'jsonl')).code).toBe(code);
});

test.each(['open', 'token', 'queue'])('--fail-on %s with nothing in trouble is exit 0', async (condition) => {
  const cli = liveCli({}, {'ratectl.yaml': TOKEN_POLICY});
  await cli.with(async (store) => {
    const now = await store.now();
    for (const name of ['google', 'crm', 'reports']) await putToken(store, name, recordOf(now));
  });
  expect((await cli.run('status', '--fail-on', condition)).code).toBe(0);
});

test('--watch ends with exit 5 when a token needs somebody, and tells the sections as lines', async () => {
  const cli = await troubledCli();
  const {code, out} = await cli.run('status', '--watch', '--fail-on', 'token', '--interval', '250ms');
  expect(code).toBe(5);
  const kinds = new Set(
    out
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as {kind: string}).kind),
  );
  expect(kinds).toEqual(new Set(['alert', 'token', 'breaker', 'queue', 'instance', 'look']));
});
