import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {Client} from '@modelcontextprotocol/sdk/client/index.js';
import {StreamableHTTPClientTransport} from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type {Transport} from '@modelcontextprotocol/sdk/shared/transport.js';
import {describe, expect, onTestFinished, test} from 'vitest';
import {readTokenDocument, TOKEN_KIND} from '../../src/store/token-document.ts';
import type {TokenList} from '../../src/view/model/token-list.ts';
import {BIN} from '../e2e/command.ts';
import {answers} from '../support/oauth/behaviour.ts';
import type {Answer} from './live-cli.ts';
import type {TestContext} from './test-context.ts';
import {KEY, type TokenCli, tokenCli} from './token-cli.ts';

const SERVE = ['serve', '--token-manager'] as const;

/** Runs it until the condition holds, then tells it to end. */
const serveUntil = (
  cli: TokenCli,
  holds: (err: string) => boolean,
  args: readonly string[] = [],
  exit: 130 | 143 = 143,
): Promise<Answer> =>
  cli.run([...SERVE, ...args], {
    during: (context: TestContext) => {
      const timer = setInterval(() => {
        if (!holds(context.written.err)) return;
        clearInterval(timer);
        context.onSignal?.(exit);
      }, 20);
      onTestFinished(() => clearInterval(timer));
    },
  });

const until = (holds: () => boolean): Promise<void> =>
  expect.poll(holds, {timeout: 30_000, interval: 20}).toBe(true);

const generationOf = async (cli: TokenCli): Promise<number | undefined> =>
  (await cli.json<TokenList>(['token', 'ls'])).data.tokens[0]!.token?.generation;

/** When its refreshes began, by the clock that the budget goes by, µs: on a busy machine a request is later at the provider. */
const startsOf = (cli: TokenCli): Promise<readonly number[]> =>
  cli.with(async (store) => {
    const {value} = (await store.get(TOKEN_KIND, 'google'))!;
    return readTokenDocument(value)!.attempts.map(({startedAt}) => startedAt);
  });

interface Line {
  readonly at: string;
  readonly event: string;
  readonly [field: string]: unknown;
}

const linesOf = (err: string): readonly Line[] =>
  err
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);

describe('serve --token-manager', {timeout: 60_000}, () => {
  test('refreshes what is due, tells it on standard error, and ends when told to', async () => {
    const cli = await tokenCli();
    await cli.begin();
    const {code, out, err} = await serveUntil(cli, (text) => text.includes('token 1 → 2'));
    expect([code, out]).toEqual([143, '']);
    expect(err).toMatch(/^\S+Z {2}started +token manager for google on sqlite:/);
    expect(err).toMatch(/ leading +this process refreshes\n/);
    expect(err).toMatch(/ refresh +google: refreshed, token 1 → 2\n/);
    expect(err).toMatch(/ stopped +ended\n$/);
    expect(cli.fake.journal.entries).toHaveLength(1);
    expect(await generationOf(cli)).toBe(2);
  });

  test.each([
    ['--log-format', 'json'],
    ['--events', 'jsonl'],
  ])('%s %s: each line is JSON', async (...args) => {
    const cli = await tokenCli();
    await cli.begin();
    cli.fake.next.push(answers(503));
    const {err, out} = await serveUntil(cli, (text) => text.includes('"refresh"'), args);
    const lines = linesOf(err);
    expect(out).toBe('');
    expect(lines.map(({event}) => event)).toEqual(
      expect.arrayContaining(['started', 'leading', 'refresh', 'stopping', 'stopped']),
    );
    const refresh = lines.find(({event}) => event === 'refresh');
    expect(refresh).toMatchObject({
      provider: 'google',
      outcome: 'failed',
      error: 'http-503',
      generation: null,
    });
    expect(refresh!['retryAfterMs']).toBeGreaterThan(0);
    for (const {at} of lines) expect(new Date(at).toISOString()).toBe(at);
  });

  test('stores the answer that is under way before it ends', async () => {
    const cli = await tokenCli();
    await cli.begin();
    const provider = await cli.hold();
    const {code} = await cli.run(SERVE, {
      during: async (context) => {
        await provider.asked;
        context.onSignal?.(130);
        await until(() => context.written.err.includes('stopping'));
        provider.answer();
      },
    });
    expect(code).toBe(130);
    expect(await generationOf(cli)).toBe(2);
  });

  test('--no-lead refreshes nothing', async () => {
    const cli = await tokenCli();
    await cli.begin();
    let looks = 0;
    // It had the time to look several times since.
    const waited = (text: string): boolean => text.includes('standing by') && ++looks > 30;
    const {err} = await serveUntil(cli, waited, ['--no-lead', '--check-every', '100ms']);
    expect(err).toContain('standing by');
    expect(cli.fake.journal.entries).toEqual([]);
  });

  test('of two one refreshes; when it ends the other goes on', async () => {
    const cli = await tokenCli(', budget: [1/500ms, 100/10m]');
    cli.fake.expiresIn = 1;
    await cli.begin();
    const many = (text: string, count: number): boolean => text.split('refreshed, token').length > count;
    const first = serveUntil(cli, (text) => many(text, 1), ['--check-every', '100ms']);
    const second = serveUntil(cli, (text) => many(text, 1), ['--check-every', '100ms']);
    const ended = await Promise.all([first, second]);
    expect(ended.map(({code}) => code)).toEqual([143, 143]);
    const starts = await startsOf(cli);
    expect(starts).toHaveLength(cli.fake.journal.entries.length);
    for (let at = 1; at < starts.length; at++)
      expect(starts[at]! - starts[at - 1]!).toBeGreaterThanOrEqual(500_000);
  });

  test('with --listen it serves the status of what it refreshes, too', async () => {
    const cli = await tokenCli();
    await cli.begin();
    let status: unknown;
    const {code} = await cli.run([...SERVE, '--listen', '127.0.0.1:0', '--log-format', 'json'], {
      during: async (context: TestContext) => {
        await until(() => /"refreshed".*"url"|"url".*"refreshed"/s.test(context.written.err));
        const url = /"url":"([^"]+)"/.exec(context.written.err)![1]!;
        status = await (await fetch(`${url}/api/rate-limit-status`)).json();
        context.onSignal?.(143);
      },
    });
    expect(code).toBe(143);
    expect(status).toMatchObject({
      data: {
        tokens: [{provider: 'google', condition: 'valid', generation: 2}],
        leader: {fencing: expect.any(Number)},
      },
    });
  });

  test('told to end while a tool refreshes: the answer of the provider is stored first', async () => {
    const cli = await tokenCli();
    await cli.begin();
    const provider = await cli.hold();
    const token = 'a-token-of-32-characters-or-more';
    const args = [
      'serve',
      '--mcp',
      'http',
      '--allow-write',
      '--listen',
      '127.0.0.1:0',
      '--log-format',
      'json',
    ];
    const {code} = await cli.run(args, {
      env: {RATECTL_SERVE_TOKEN: token},
      during: async (context: TestContext) => {
        await until(() => context.written.err.includes('"url"'));
        const url = new URL(`${/"url":"([^"]+)"/.exec(context.written.err)![1]!}/mcp`);
        const client = new Client({name: 'assistant', version: '1'});
        const headers = {authorization: `Bearer ${token}`};
        await client.connect(new StreamableHTTPClientTransport(url, {requestInit: {headers}}) as Transport);
        const call = client.callTool({
          name: 'force_refresh',
          arguments: {provider: 'google', reason: 'new scope'},
        });
        call.catch(() => undefined);
        await provider.asked;
        context.onSignal?.(143);
        await until(() => context.written.err.includes('"stopping"'));
        provider.answer();
      },
    });
    expect([code, await generationOf(cli)]).toEqual([143, 2]);
    const {out} = await cli.run(['audit', '--json']);
    expect(out).toContain('"by": "mcp:assistant"');
  });

  test('force-refresh beside it keeps to the same budget', async () => {
    const cli = await tokenCli();
    await cli.begin();
    await serveUntil(cli, (text) => text.includes('refreshed, token'));
    expect((await cli.run(['force-refresh', 'google'])).code).toBe(7);
    expect(cli.fake.journal.entries).toHaveLength(1);
  });
});

describe('serve ends at once', {timeout: 60_000}, () => {
  test.each([
    ['without a key', SERVE, {RATECTL_VAULT_KEY: ''}, 2, 'ratectl token keygen'],
    ['with a span that is none', [...SERVE, '--check-every', '1ms'], {}, 2, 'from 100ms to 1h'],
    [
      'with a store that is not there',
      [...SERVE, '--store', 'redis://127.0.0.1:1'],
      {},
      3,
      'connection refused',
    ],
    ['in a read-only context', SERVE, {RATECTL_READ_ONLY: '1'}, 4, 'read-only'],
  ])('%s', async (_, args, env, exit, message) => {
    const cli = await tokenCli();
    const {code, out, err} = await cli.run(args, {env});
    expect([code, out, err]).toEqual([exit, '', expect.stringContaining(message)]);
  });

  test.each([
    ['off loopback without a token', ['--listen', '0.0.0.0:0'], {}, 4, 'openssl rand -hex 32'],
    ['on a name that may be anything without one', ['--listen', 'cache:0'], {}, 4, 'others can reach it'],
    [
      'with a token that can be guessed',
      [],
      {RATECTL_SERVE_TOKEN: 'secret'},
      2,
      'at least 16 visible characters',
    ],
    ['with a token file that is not there', ['--token-file', 'none'], {}, 2, 'there is no token file "none"'],
    ['with an address that is none', ['--listen', '9464'], {}, 2, 'expected HOST:PORT'],
    ['with a port that is none', ['--listen', '127.0.0.1:99999'], {}, 2, 'expected HOST:PORT'],
    ['with --allow-write alone', ['--allow-write'], {}, 2, '--allow-write goes with --mcp'],
    [
      'with changes over HTTP without a token',
      ['--mcp', 'http', '--allow-write'],
      {},
      4,
      'a token is required',
    ],
    [
      'with changes in a read-only context',
      ['--mcp', 'stdio', '--allow-write'],
      {RATECTL_READ_ONLY: '1'},
      4,
      'read-only',
    ],
    ['with two readers of standard input', ['--mcp', 'stdio', '--password-stdin'], {}, 2, '--mcp stdio'],
    [
      'with a webhook that is no URL',
      ['--alert-webhook', 'file:///etc/passwd'],
      {},
      2,
      'begins with https://',
    ],
    [
      'with a repetition that is none',
      ['--alert-log', '--alert-repeat', '1ms'],
      {},
      2,
      'a duration of 1s or more',
    ],
    ['with a store that is not there', ['--store', 'redis://127.0.0.1:1'], {}, 3, 'connection refused'],
    ['without any state yet', ['--store', 'sqlite:nothing.db'], {}, 2, 'there is no state yet'],
  ])('%s', async (_, args, env, exit, message) => {
    const cli = await tokenCli();
    const {code, out, err} = await cli.run(['serve', ...args], {env});
    expect([code, out, err]).toEqual([exit, '', expect.stringContaining(message)]);
  });

  test('on a port that another program has', async () => {
    const cli = await tokenCli();
    await cli.begin();
    const {code, err} = await cli.run(['serve', '--listen', `127.0.0.1:${cli.fake.port}`]);
    expect([code, err]).toEqual([2, expect.stringContaining('another program has it')]);
  });

  test('without a section "tokens" in the policy', async () => {
    const cli = await tokenCli();
    cli.write('ratectl.yaml', 'version: 1\nlimits: [{name: a, key: "{ip}", rate: 1/s}]\n');
    expect(await cli.run(SERVE)).toMatchObject({
      code: 2,
      err: expect.stringContaining('no section "tokens"'),
    });
    expect(await cli.run(SERVE, {cwd: '/'})).toMatchObject({
      code: 2,
      err: expect.stringContaining('no policy file is known here'),
    });
  });
});

describe('the process', {timeout: 60_000}, () => {
  const start = (cli: TokenCli, args: readonly string[]): {child: ChildProcess; err: () => string} => {
    let text = '';
    const child = spawn(process.execPath, [BIN, ...args], {
      cwd: cli.folder,
      env: {
        ...process.env,
        HOME: cli.folder,
        RATECTL_VAULT_KEY: KEY,
        RATECTL_STORE: `sqlite:${join(cli.folder, 'state.db')}`,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stderr!.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    return {child, err: () => text};
  };

  test.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('%s while the provider is asked: the token is stored, exit %i', async (signal, exit) => {
    const cli = await tokenCli();
    await cli.begin();
    const provider = await cli.hold();
    const {child, err} = start(cli, SERVE);
    await provider.asked;
    child.kill(signal);
    await until(() => err().includes('stopping'));
    const exited = once(child, 'exit');
    provider.answer();
    const [code] = (await exited) as [number];
    expect([code, await generationOf(cli)]).toEqual([exit, 2]);
  });

  test('Ctrl-C twice ends force-refresh at once; the attempt counts, and nobody sends a second one', async () => {
    const cli = await tokenCli();
    await cli.begin();
    const provider = await cli.hold();
    const {child, err} = start(cli, ['force-refresh', 'google']);
    const exited = once(child, 'exit');
    await provider.asked;
    // What comes with the first one is its echo, from a launcher: both are there when the process goes on.
    for (const signal of ['SIGSTOP', 'SIGINT', 'SIGTERM', 'SIGCONT'] as const) child.kill(signal);
    await until(() => err().includes('may be the only copy'));
    // Who presses again has read what was said.
    await sleep(500);
    expect(child.exitCode).toBeNull();
    child.kill('SIGINT');
    const [code] = (await exited) as [number];
    expect(code).toBe(130);
    const {data} = await cli.json<{results: readonly {outcome: string}[]}>([
      'force-refresh',
      'google',
      '--wait',
      '0s',
    ]);
    expect(data.results[0]!.outcome).toBe('busy');
  });
});
