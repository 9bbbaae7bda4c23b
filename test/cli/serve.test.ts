import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {describe, expect, onTestFinished, test} from 'vitest';
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

const generationOf = async (cli: TokenCli): Promise<number | undefined> =>
  (await cli.json<TokenList>(['token', 'ls'])).data.tokens[0]!.token?.generation;

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

describe('serve --token-manager', () => {
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
    cli.fake.next.push({beforeMs: 700});
    const {code} = await cli.run(SERVE, {
      during: (context) => setTimeout(() => context.onSignal?.(130), 350),
    });
    expect(code).toBe(130);
    expect(await generationOf(cli)).toBe(2);
  });

  test('--no-lead refreshes nothing', async () => {
    const cli = await tokenCli();
    await cli.begin();
    const began = performance.now();
    const waited = (): boolean => performance.now() - began > 600;
    const {err} = await serveUntil(cli, waited, ['--no-lead', '--check-every', '100ms']);
    expect(err).toContain('standing by');
    expect(cli.fake.journal.entries).toEqual([]);
  });

  test('of two one refreshes; when it ends the other goes on', async () => {
    const cli = await tokenCli(', budget: [1/500ms, 10/10s]');
    cli.fake.expiresIn = 1;
    await cli.begin();
    const many = (text: string, count: number): boolean => text.split('refreshed, token').length > count;
    const first = serveUntil(cli, (text) => many(text, 1), ['--check-every', '100ms']);
    const second = serveUntil(cli, (text) => many(text, 1), ['--check-every', '100ms']);
    const ended = await Promise.all([first, second]);
    expect(ended.map(({code}) => code)).toEqual([143, 143]);
    const times = cli.fake.journal.entries.map(({mono}) => mono);
    for (let at = 1; at < times.length; at++) expect(times[at]! - times[at - 1]!).toBeGreaterThanOrEqual(500);
  });

  test('force-refresh beside it keeps to the same budget', async () => {
    const cli = await tokenCli();
    await cli.begin();
    await serveUntil(cli, (text) => text.includes('refreshed, token'));
    expect((await cli.run(['force-refresh', 'google'])).code).toBe(7);
    expect(cli.fake.journal.entries).toHaveLength(1);
  });
});

describe('serve ends at once', () => {
  test.each([
    ['without --token-manager', ['serve'], {}, 2, 'there is nothing to serve yet'],
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

describe('the process', () => {
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

  const until = async (holds: () => boolean): Promise<void> => {
    for (let n = 0; n < 500 && !holds(); n++) await sleep(20);
    expect(holds()).toBe(true);
  };

  test.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('%s while the provider is asked: the token is stored, exit %i', async (signal, exit) => {
    const cli = await tokenCli();
    await cli.begin();
    cli.fake.next.push({beforeMs: 1_000});
    const {child, err} = start(cli, SERVE);
    await until(() => err().includes('leading'));
    await sleep(300);
    child.kill(signal);
    const [code] = (await once(child, 'exit')) as [number];
    expect([code, await generationOf(cli)]).toEqual([exit, 2]);
  });

  test('Ctrl-C twice ends force-refresh at once; the attempt counts, and nobody sends a second one', async () => {
    const cli = await tokenCli();
    await cli.begin();
    cli.fake.next.push({beforeMs: 5_000});
    const {child, err} = start(cli, ['force-refresh', 'google']);
    await sleep(1_000);
    child.kill('SIGINT');
    await until(() => err().includes('may be the only copy'));
    child.kill('SIGINT');
    const [code] = (await once(child, 'exit')) as [number];
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
