import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {schemaErrors} from '../support/json-schema-check.ts';
import {unsafeIn} from '../view/unsafe.ts';
import {statusCli} from './live-status.ts';

const schema = JSON.parse(
  readFileSync(join(import.meta.dirname, '..', '..', 'docs/json/explain.schema.json'), 'utf8'),
) as Readonly<Record<string, unknown>>;

test('a key of a limit, in words and numbers', async () => {
  const cli = await statusCli();
  const {code, out} = await cli.run('explain', 'per-ip/203.0.113.7');
  expect(code).toBe(0);
  expect(out).toContain('per-ip/203.0.113.7 · limited');
  expect(out).toContain('tokens = burst − taken + refilled = 20 − 20 + 0 = 0');
  expect(out).toMatch(/cost 1 > 0: refused, allowed in 1h1[12]m/);
  expect(out).toContain('refused requests do not count');
});

test('a key without a limit is explained wherever it has state', async () => {
  const cli = await statusCli();
  const {out} = await cli.run('explain', 'acme');
  expect(out).toContain('per-tenant/acme · shadow-limited');
  expect(out).toContain('plan/acme · tier free · ok');
});

test('a key with slashes, and one that no shell can type', async () => {
  const cli = await statusCli();
  const slashed = await cli.run('explain', 'no/such/limit', '--key');
  expect(slashed.out).toContain('no/such/limit has no state in any limit');
  const hostile = await cli.run('explain', '--json-key', '"per-ip/a\\u001b]0;x\\u0007*"');
  expect(hostile.out).toContain('per-ip/a\\u001b]0;x\\u0007* · ok');
  expect(unsafeIn(hostile.out)).toBeUndefined();
});

test('what stands before a slash and is no limit may be a key: it says how to ask for it', async () => {
  const {code, err} = await (await statusCli()).run('explain', 'a/b');
  expect(code).toBe(2);
  expect(err).toContain('unknown limit "a"');
  expect(err).toContain('a key that holds "/": --key;');
  expect(err).toContain('ratectl status --match "a/*"');
});

test('a request: which limits it meets and what it gets', async () => {
  const cli = await statusCli();
  const {out} = await cli.run(
    'explain',
    '--attributes',
    'ip=203.0.113.7,note=a,b',
    '--attributes',
    'tenant=acme',
  );
  expect(out).toMatch(/this request, of cost 1, is denied by per-ip and passes in 1h1[12]m/);
  expect(out).toContain('plan · does not apply · no such tier: "plan" is missing; tiers are free, pro');
});

test.each([
  [[], /nothing to explain/],
  [[''], /the key is empty/],
  [['per-iq/x'], /unknown limit "per-iq" \(did you mean "per-ip"\?\)/],
  [['x', '--attributes', 'ip=1'], /"x" beside --attributes/],
  [['plan/acme', '--tier', 'fre'], /unknown tier "fre" of limit "plan" \(did you mean "free"\?\)/],
  [['per-ip/x', '--tier', 'free'], /it has no tiers/],
  [['--attributes', 'ip'], /--attributes "ip", expected NAME=VALUE/],
  [['x', '--cost', '-1'], /expected a whole number/],
  [['--json-key', 'x'], /is not a JSON string/],
])('%j is refused with the reason', async (args, message) => {
  const cli = await statusCli();
  const {code, err, out} = await cli.run('explain', ...args);
  expect(code).toBe(2);
  expect(err).toMatch(message);
  expect(out).toBe('');
});

test('without a policy the stored row is shown', async () => {
  const cli = await statusCli({});
  const {code, out} = await cli.run('explain', 'plan/acme');
  expect(code).toBe(0);
  expect(out).toContain('plan/acme · tier free · unknown');
  expect(out).toMatch(/row +shape g/);
  expect((await cli.run('explain', '--attributes', 'ip=1')).err).toContain('no policy was found');
});

test.each([
  ['a key', ['per-ip/203.0.113.7']],
  ['every limit', ['acme']],
  ['never seen', ['plan/nobody']],
  ['nothing', ['nobody']],
  ['a request', ['--attributes', 'ip=203.0.113.7,tenant=acme']],
])('docs/json/explain.schema.json describes the answer: %s', async (_, args) => {
  const cli = await statusCli();
  expect(schemaErrors(schema, JSON.parse((await cli.run('explain', ...args, '--json')).out))).toEqual([]);
});

test('docs/json/explain.schema.json describes the answer without a policy', async () => {
  const cli = await statusCli({});
  expect(schemaErrors(schema, JSON.parse((await cli.run('explain', 'acme', '--json')).out))).toEqual([]);
});
