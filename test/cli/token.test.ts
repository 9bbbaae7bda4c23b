import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {runProgram} from '../../src/cli/program.ts';
import {TOKEN_KIND} from '../../src/store/token-document.ts';
import {generateKey, parseKeyRing} from '../../src/token/vault/key-ring.ts';
import type {AuditList} from '../../src/view/model/audit-list.ts';
import type {TokenChange, TokenList, TokenRekey} from '../../src/view/model/token-list.ts';
import {answers, refuses} from '../support/oauth/behaviour.ts';
import {testContext} from './test-context.ts';
import {KEY, type TokenCli, tokenCli} from './token-cli.ts';

const put = (cli: TokenCli, stdin: string, ...args: readonly string[]) =>
  cli.json<TokenChange>(['token', 'put', 'google', ...args], {stdin});
const list = async (cli: TokenCli) => (await cli.json<TokenList>(['token', 'ls'])).data;
const auditOf = async (cli: TokenCli) =>
  (JSON.parse((await cli.run(['audit', '--json'])).out) as {data: AuditList}).data.entries;

const ANSWER = JSON.stringify({
  access_token: 'at-secret-1',
  refresh_token: 'rt-secret-1',
  token_type: 'Bearer',
  expires_in: 3_600,
  scope: 'mail.read mail.send',
});

describe('token keygen', {timeout: 60_000}, () => {
  const keygen = async (...args: readonly string[]): Promise<string> => {
    const context = testContext();
    await runProgram(['token', 'keygen', ...args], context);
    expect(context.written.err).toBe('');
    return context.written.out;
  };

  test('prints a line for a key ring, a new one each time, and nothing else', async () => {
    const [first, second] = [await keygen(), await keygen('--id', 'b')];
    expect(first).toMatch(/^2026-01-05:[A-Za-z0-9+/]{43}=\n$/);
    expect([...parseKeyRing(first + second, 'here').keys()]).toEqual(['2026-01-05', 'b']);
    expect(await keygen()).not.toBe(first);
  });

  test('refuses an id that cannot be one', async () => {
    await expect(keygen('--id', 'a b')).rejects.toThrow('cannot be the id of a key');
  });
});

describe('token put', {timeout: 60_000}, () => {
  test('takes what a token endpoint answers, tells the next refresh, and the journal', async () => {
    const cli = await tokenCli();
    const {code, data} = await put(cli, ANSWER, '--reason', 'authorised');
    expect(code).toBe(0);
    expect(data).toMatchObject({
      before: null,
      after: {generation: 1, scopes: ['mail.read', 'mail.send'], keyId: 'k1'},
      next: {by: null},
    });
    expect(data.after!.expiresInMs).toBe(3_600_000);
    // 5 minutes before it expires, and up to a tenth of that earlier.
    expect(data.next!.inMs).toBeGreaterThanOrEqual(3_270_000);
    expect(data.next!.inMs).toBeLessThanOrEqual(3_300_000);
    expect(await auditOf(cli)).toMatchObject([
      {action: 'token-put', by: 'ada', why: 'authorised', target: 'google', keys: 1},
    ]);
  });

  test('takes a refresh token alone: due at once', async () => {
    const cli = await tokenCli();
    const {data} = await put(cli, '  rt-secret-1\r\n');
    expect(data).toMatchObject({after: {accessFingerprint: null}, next: {inMs: 0}});
    const {out} = await cli.run(['token', 'put', 'google', '--yes'], {stdin: 'rt-secret-2'});
    expect(out).toContain('ratectl serve --token-manager, or: ratectl force-refresh google');
  });

  test('keeps nothing readable in the store, and shows no secret', async () => {
    const cli = await tokenCli();
    const answer = await put(cli, ANSWER);
    const bytes = ['state.db', 'state.db-wal'].map((name) => {
      try {
        return readFileSync(join(cli.folder, name), 'latin1');
      } catch {
        return '';
      }
    });
    for (const text of [...bytes, answer.out, answer.err, JSON.stringify(await auditOf(cli))])
      expect(text).not.toMatch(/[ar]t-secret/);
    expect(bytes.join('')).toContain('v1.k1.');
  });

  test('replaces a token only when told to', async () => {
    const cli = await tokenCli();
    await put(cli, ANSWER);
    expect(await cli.run(['token', 'put', 'google'], {stdin: 'rt-secret-2'})).toMatchObject({
      code: 4,
      err: expect.stringContaining('--yes is required'),
    });
    expect((await list(cli)).tokens[0]!.token!.generation).toBe(1);
    expect((await put(cli, 'rt-secret-2', '--yes')).data).toMatchObject({
      before: {generation: 1},
      after: {generation: 2},
    });
  });

  test('a dry run stores nothing', async () => {
    const cli = await tokenCli();
    await put(cli, ANSWER);
    const {data} = await put(cli, 'rt-secret-2', '--dry-run');
    expect(data).toMatchObject({dryRun: true, before: {generation: 1}, after: {generation: 2}});
    expect((await list(cli)).tokens[0]!.token!.generation).toBe(1);
    expect(await auditOf(cli)).toHaveLength(1);
  });

  test('does not throw away the answer that a provider is about to give', async () => {
    const cli = await tokenCli();
    await cli.begin();
    const provider = await cli.hold();
    const refreshing = cli.run(['force-refresh', 'google']);
    await provider.asked;
    expect((await list(cli)).tokens[0]!.refreshingBy).toMatch(/^ada@/);
    const {code, err} = await cli.run(['token', 'put', 'google', '--yes'], {stdin: 'rt-secret-2'});
    expect([code, err]).toEqual([7, expect.stringContaining('its answer would be lost')]);
    provider.answer();
    expect((await refreshing).code).toBe(0);
  });

  test('warns of a refresh token that the provider has refused before', async () => {
    const cli = await tokenCli();
    await put(cli, 'rt-secret-1');
    cli.fake.next.push(refuses(400, 'invalid_grant'));
    await cli.run(['force-refresh', 'google']);
    const {err} = await cli.run(['token', 'put', 'google', '--yes'], {stdin: 'rt-secret-1'});
    expect(err).toContain('may revoke all tokens');
    const other = await cli.run(['token', 'put', 'google', '--yes'], {stdin: 'rt-secret-2'});
    expect(other.err).not.toContain('may revoke');
  });

  test('the budget counts on: a new token is not refreshed sooner', async () => {
    const cli = await tokenCli();
    await cli.begin();
    await cli.run(['force-refresh', 'google']);
    const {data} = await put(cli, 'rt-secret-2', '--yes');
    expect(data.next!.inMs).toBeGreaterThan(170_000);
    expect((await cli.run(['force-refresh', 'google'])).code).toBe(7);
    expect(cli.fake.journal.entries).toHaveLength(1);
  });

  test.each([
    ['nothing', '', 'is empty'],
    ['several lines', 'rt-secret-1\nrt-secret-2\n', 'neither JSON nor one line'],
    ['what is no JSON', '{"refresh_token": "rt-secret-1"', 'begins like JSON and is none'],
    ['JSON without a token', '{"expires_in": 5}', 'neither access_token nor refresh_token'],
    ['a refusal', '{"error": "invalid_grant"}', 'is a refusal'],
    ['a token that is no text', '{"refresh_token": ["rt-secret-1"]}', 'refresh_token is no text'],
    ['a token with control characters', '{"refresh_token": "rt-secret\\u001b"}', 'refresh_token is no text'],
    ['an instant for a span', '{"refresh_token": "rt-secret-1", "expires_in": 1767614400000}', 'expires_in'],
    ['scopes as a list', '{"refresh_token": "rt-secret-1", "scope": ["a"]}', 'scope is no text'],
    ['too much', 'x'.repeat(70_000), 'larger than 64 KiB'],
  ])('refuses %s, and quotes none of it', async (_, stdin, message) => {
    const cli = await tokenCli();
    const {code, err} = await cli.run(['token', 'put', 'google'], {stdin});
    expect([code, err]).toEqual([2, expect.stringContaining(message)]);
    expect(err).not.toContain('secret');
    expect(await cli.with((store) => store.list(TOKEN_KIND))).toEqual([]);
  });

  test('refuses a terminal: what is typed there is seen', async () => {
    const cli = await tokenCli();
    const {code, err} = await cli.run(['token', 'put', 'google'], {
      during: ({streams}) => Object.assign(streams.stdin, {isTTY: true}),
    });
    expect([code, err]).toEqual([2, expect.stringContaining('standard input is a terminal')]);
  });

  test('takes no token as an argument, and not the password of the store as well', async () => {
    const cli = await tokenCli();
    expect((await cli.run(['token', 'put', 'google', 'rt-secret-1'])).code).toBe(2);
    expect(await cli.run(['token', 'put', 'google', '--password-stdin'], {stdin: 'x'})).toMatchObject({
      code: 2,
      err: expect.stringContaining('cannot be both'),
    });
  });

  test('a refresh token is nothing for client credentials', async () => {
    const cli = await tokenCli(', grant: client-credentials, clientSecret: {env: S}');
    expect(await cli.run(['token', 'put', 'google'], {stdin: 'rt-secret-1'})).toMatchObject({
      code: 2,
      err: expect.stringContaining('takes no refresh token'),
    });
  });

  test('is refused in a read-only context, and typed in production', async () => {
    const cli = await tokenCli();
    await put(cli, ANSWER);
    const args = ['token', 'put', 'google', '--context', 'live'];
    cli.production('readOnly: true');
    expect((await cli.run(args, {stdin: ANSWER})).code).toBe(4);
    cli.production('readOnly: false');
    expect((await cli.run([...args, '--yes'], {stdin: ANSWER})).code).toBe(4);
    expect((await cli.run([...args, '--confirm', 'live'], {stdin: ANSWER})).code).toBe(0);
  });
});

describe('token rm', {timeout: 60_000}, () => {
  test('removes a token when told to, and tells the journal', async () => {
    const cli = await tokenCli();
    await put(cli, ANSWER);
    expect((await cli.run(['token', 'rm', 'google'])).code).toBe(4);
    const {code, data} = await cli.json<TokenChange>([
      'token',
      'rm',
      'google',
      '--yes',
      '--reason',
      'closed',
    ]);
    expect([code, data.before?.generation, data.after]).toEqual([0, 1, null]);
    expect((await list(cli)).tokens[0]).toMatchObject({token: null, status: 'none'});
    expect((await auditOf(cli))[0]).toMatchObject({action: 'token-rm', why: 'closed'});
    expect((await cli.run(['force-refresh', 'google'])).code).toBe(2);
  });

  test('of nothing: says so, or exit 7 when asked for', async () => {
    const cli = await tokenCli();
    expect(await cli.run(['token', 'rm', 'google'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('there is none'),
    });
    expect((await cli.run(['token', 'rm', 'google', '--fail-empty'])).code).toBe(7);
    expect(await cli.run(['token', 'rm', 'gogle'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('did you mean "google"'),
    });
  });
});

describe('token ls', {timeout: 60_000}, () => {
  test('tells how tokens are, when the next refresh is due and allowed, and what came of the last', async () => {
    const cli = await tokenCli('', '  mail: {tokenUrl: "TOKEN_URL", clientId: app}\n');
    await cli.begin();
    await cli.run(['force-refresh', 'google']);
    const {tokens, leader} = await list(cli);
    expect(leader).toBe(null);
    expect(tokens).toMatchObject([
      {
        provider: 'google',
        inPolicy: true,
        status: 'valid',
        recommendation: 'ok',
        reasons: [],
        token: {generation: 2, keyId: 'k1'},
        last: {outcome: 'refreshed', by: expect.stringMatching(/^ada@/), reason: 'forced', error: null},
      },
      {provider: 'mail', status: 'none', recommendation: 'reauthorise', score: 0, nextRefreshInMs: null},
    ]);
    expect(tokens[0]!.score).toBeGreaterThan(90);
    expect(tokens[0]!.refreshAllowedAt).not.toBe(null);
    expect(tokens[0]!.nextRefreshInMs).toBeGreaterThan(3_200_000);
  });

  test('tells the last error, and that failures hold the next one up', async () => {
    const cli = await tokenCli();
    await cli.begin();
    cli.fake.next.push(answers(503));
    await cli.run(['force-refresh', 'google']);
    const [google] = (await list(cli)).tokens;
    expect(google).toMatchObject({failures: 1, last: {outcome: 'failed', error: 'http-503'}});
    expect(google!.nextRefreshInMs).toBeGreaterThan(0);
  });

  test('lists what the policy does not name, and what cannot be read, harmlessly', async () => {
    const cli = await tokenCli();
    await put(cli, ANSWER);
    await cli.with(async (store) => {
      const google = await store.get(TOKEN_KIND, 'google');
      await store.put(TOKEN_KIND, 'old\u001b[31m', google!.value);
      await store.put(TOKEN_KIND, 'zz', {revision: 'x'});
    });
    const {tokens} = await list(cli);
    expect(
      tokens.map(({provider, inPolicy, status, score}) => [provider, inPolicy, status, score !== null]),
    ).toEqual([
      ['google', true, 'valid', true],
      ['old\u001b[31m', false, 'valid', false],
      ['zz', false, 'unreadable', false],
    ]);
    const {out} = await cli.run(['token', 'ls']);
    expect(out).not.toContain('\u001b');
    expect(out).toContain('not in the policy: nobody refreshes it');
    const lines = (await cli.run(['token', 'ls', '-o', 'jsonl'])).out.trimEnd().split('\n');
    expect(lines).toHaveLength(3);
    // What only the store has can be removed.
    expect((await cli.run(['token', 'rm', 'old\u001b[31m', '--yes'])).code).toBe(0);
  });

  test('needs no key; --fail-empty exits 7 when nothing is there', async () => {
    const cli = await tokenCli();
    await put(cli, ANSWER);
    expect((await cli.run(['token', 'ls'], {env: {RATECTL_VAULT_KEY: ''}})).code).toBe(0);
    cli.write('ratectl.yaml', 'version: 1\nlimits: [{name: a, key: "{ip}", rate: 1/s}]\n');
    await cli.with((store) => store.remove(TOKEN_KIND, 'google'));
    expect((await cli.run(['token', 'ls', '--fail-empty'])).code).toBe(7);
  });
});

describe('token rekey', {timeout: 60_000}, () => {
  const RING = `${generateKey('k2')}\n${KEY}`;
  const rekey = (cli: TokenCli, ring: string, ...args: readonly string[]) =>
    cli.json<TokenRekey>(['token', 'rekey', ...args], {env: {RATECTL_VAULT_KEY: ring}});

  test('seals with the first key what an older one sealed; the token stays the same', async () => {
    const cli = await tokenCli('', '  mail: {tokenUrl: "TOKEN_URL", clientId: app}\n');
    await cli.begin();
    const before = (await list(cli)).tokens[0]!.token!;
    const dry = await rekey(cli, RING, '--all', '--dry-run');
    expect(dry.data).toMatchObject({
      keyId: 'k2',
      tokens: [
        {provider: 'google', outcome: 'would-rekey', keyId: 'k1'},
        {provider: 'mail', outcome: 'no-token'},
      ],
    });
    expect((await list(cli)).tokens[0]!.token!.keyId).toBe('k1');
    expect((await rekey(cli, RING, '--all')).data.tokens[0]).toMatchObject({outcome: 'rekeyed', keyId: 'k1'});
    const after = (await list(cli)).tokens[0]!.token!;
    expect({...after, expiresInMs: 0}).toEqual({...before, expiresInMs: 0, keyId: 'k2'});
    expect((await rekey(cli, RING, 'google')).data.tokens[0]!.outcome).toBe('current');
    expect((await auditOf(cli))[0]).toMatchObject({action: 'token-rekey', target: 'google'});
    // The older key is not needed any more.
    const env = {RATECTL_VAULT_KEY: RING.split('\n')[0]!};
    expect((await cli.run(['force-refresh', 'google'], {env})).code).toBe(0);
  });

  test('names the key that is missing: exit 2 for one token, 6 for all', async () => {
    const cli = await tokenCli();
    await cli.begin();
    const other = generateKey('k3');
    const {code, data} = await rekey(cli, other, '--all');
    expect([code, data.tokens[0]!.outcome, data.tokens[0]!.error]).toEqual([
      6,
      'failed',
      expect.stringContaining('"k1"'),
    ]);
    const env = {RATECTL_VAULT_KEY: other};
    expect((await cli.run(['token', 'rekey', 'google'], {env})).code).toBe(2);
    expect((await list(cli)).tokens[0]!.token!.keyId).toBe('k1');
  });

  test('needs to be told which', async () => {
    const cli = await tokenCli();
    expect((await cli.run(['token', 'rekey'])).code).toBe(2);
    expect((await cli.run(['token', 'rekey', 'google', '--all'])).code).toBe(2);
  });
});
