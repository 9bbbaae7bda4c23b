import {setTimeout as sleep} from 'node:timers/promises';
import {describe, expect, test} from 'vitest';
import {TOKEN_KIND} from '../../src/store/token-document.ts';
import type {AuditList} from '../../src/view/model/audit-list.ts';
import type {ForceRefreshReport} from '../../src/view/model/force-refresh.ts';
import {PATIENTLY} from '../support/in-time.ts';
import {answers, dropsAfter, refuses} from '../support/oauth/behaviour.ts';
import {type HeldProvider, settle} from './held-provider.ts';
import type {TestContext} from './test-context.ts';
import {type TokenCli, tokenCli} from './token-cli.ts';

const FORCE = ['force-refresh', 'google'] as const;

const force = (cli: TokenCli, ...args: readonly string[]) =>
  cli.json<ForceRefreshReport>([...FORCE, ...args]);

const auditOf = async (cli: TokenCli) =>
  (JSON.parse((await cli.run(['audit', '--json'])).out) as {data: AuditList}).data.entries;

describe('force-refresh', {timeout: 60_000}, () => {
  test('refreshes once, tells the generations and fingerprints, and the journal why', async () => {
    const cli = await tokenCli();
    await cli.begin();
    const {code, data} = await force(cli, '--reason', 'new scope');
    expect(code).toBe(0);
    expect(data.results).toMatchObject([
      {
        provider: 'google',
        outcome: 'refreshed',
        error: null,
        by: expect.stringMatching(/^ada@/),
        before: {generation: 1, accessFingerprint: null},
        after: {generation: 2, accessFingerprint: expect.stringMatching(/^[0-9a-f]{8}$/)},
        retryAfterMs: null,
        state: {lock: {held: false}, breaker: {name: 'token:google', state: 'closed'}},
      },
    ]);
    expect(data.results[0]!.after!.refreshFingerprint).not.toBe(data.results[0]!.before!.refreshFingerprint);
    expect(data.results[0]!.state!.budget).toEqual([
      {count: 1, perMs: 180_000, used: 1, left: 0},
      {count: 10, perMs: 600_000, used: 1, left: 9},
    ]);
    expect(cli.fake.journal.entries).toHaveLength(1);
    expect((await auditOf(cli))[0]).toMatchObject({
      action: 'token-refresh',
      by: 'ada',
      why: 'new scope',
      target: 'google',
    });
  });

  test('a second one within 3 minutes is told the exact wait, asks nobody, and exits 7', async () => {
    const cli = await tokenCli();
    await cli.begin();
    await force(cli);
    const {code, data} = await force(cli);
    expect(code).toBe(7);
    const [result] = data.results;
    expect(result).toMatchObject({outcome: 'wait', because: 'budget', after: {generation: 2}});
    expect(result!.retryAfterMs).toBeGreaterThan(170_000);
    expect(result!.retryAfterMs).toBeLessThanOrEqual(180_000);
    expect(Math.abs(result!.state!.nextAllowedInMs - result!.retryAfterMs!)).toBeLessThan(5_000);
    expect(cli.fake.journal.entries).toHaveLength(1);
  });

  test('waiting for retryAfterMs is enough', async () => {
    const cli = await tokenCli(', budget: [1/500ms, 100/10m]');
    await cli.begin();
    // Who comes too late to be told to wait is refreshed, and comes again.
    let [held] = (await force(cli)).data.results;
    while (held!.outcome === 'refreshed') [held] = (await force(cli)).data.results;
    expect(held).toMatchObject({outcome: 'wait', because: 'budget'});
    await sleep(held!.retryAfterMs!);
    const generation = held!.after!.generation + 1;
    expect((await force(cli)).data.results[0]).toMatchObject({outcome: 'refreshed', after: {generation}});
  });

  test('retryAfterMs is over all reasons to wait: backoff that is longer than the budget, and the other way round', async () => {
    const slow = await tokenCli(', budget: [1/200ms, 10/10s], backoff: {first: 4m, most: 4m}');
    await slow.begin();
    slow.fake.next.push(answers(503));
    expect((await force(slow)).data.results[0]!.retryAfterMs).toBeGreaterThan(110_000);
    expect((await force(slow)).data.results[0]!.retryAfterMs).toBeGreaterThan(60_000);
    const strict = await tokenCli(', backoff: {first: 10ms, most: 10ms}');
    await strict.begin();
    strict.fake.next.push(answers(503));
    expect((await force(strict)).data.results[0]!.retryAfterMs).toBeGreaterThan(170_000);
  });

  test('of eight at the same time one asks the provider, and the others take its token', async () => {
    const cli = await tokenCli();
    await cli.begin();
    const provider = await cli.hold();
    const contexts: TestContext[] = [];
    const during = (context: TestContext) => contexts.push(context);
    const forced = Array.from({length: 8}, () => cli.json<ForceRefreshReport>(FORCE, {during}));
    await provider.asked;
    // The other seven have begun and looked, and wait.
    await expect.poll(() => contexts.every(({onSignal}) => onSignal !== undefined), PATIENTLY).toBe(true);
    await settle();
    provider.answer();
    const all = await Promise.all(forced);
    expect(all.map(({code}) => code)).toEqual(Array(8).fill(0));
    const outcomes = all.map(({data}) => data.results[0]!.outcome).sort();
    expect(outcomes).toEqual([...Array(7).fill('adopted'), 'refreshed']);
    expect(cli.fake.journal.entries).toHaveLength(1);
    for (const {data} of all) expect(data.results[0]!.by).toMatch(/^ada@/);
  });

  test('one that does not wait for another says who is at it, for how long, and exits 7', async () => {
    const cli = await tokenCli();
    await cli.begin();
    const provider = await cli.hold();
    const first = force(cli);
    await provider.asked;
    const {code, data} = await force(cli, '--wait', '0s');
    expect(code).toBe(7);
    expect(data.results[0]).toMatchObject({
      outcome: 'busy',
      by: expect.stringMatching(/^ada@/),
      state: {lock: {held: true, by: expect.stringMatching(/^ada@/)}},
    });
    expect(data.results[0]!.retryAfterMs).toBeLessThanOrEqual(60_000);
    provider.answer();
    expect((await first).data.results[0]!.outcome).toBe('refreshed');
  });

  test('--if-expires-within leaves a token alone that is valid for longer', async () => {
    const cli = await tokenCli();
    await cli.begin();
    await force(cli);
    const {code, data} = await force(cli, '--if-expires-within', '10m');
    expect([code, data.results[0]!.outcome]).toEqual([0, 'fresh']);
    expect(cli.fake.journal.entries).toHaveLength(1);
  });
});

describe('what a provider answers', {timeout: 60_000}, () => {
  test.each([
    ['503', answers(503), 'failed', 3],
    ['a wrong client', refuses(401, 'invalid_client', 'who are you?'), 'misconfigured', 2],
    ['a refused refresh token', refuses(400, 'invalid_grant'), 'reauthorise', 2],
    ['nothing, after it issued', dropsAfter, 'reauthorise', 2],
  ])('%s', async (_, behaviour, outcome, exit) => {
    const cli = await tokenCli();
    await cli.begin();
    cli.fake.next.push(behaviour);
    const {code, data} = await force(cli);
    expect([data.results[0]!.outcome, code]).toEqual([outcome, exit]);
    expect(data.results[0]!.after).toMatchObject({generation: 1});
    // Whatever it was, it counts, and no second one is sent.
    const again = await force(cli);
    expect(again.code).toBe(outcome === 'reauthorise' ? 2 : 7);
    expect(cli.fake.journal.entries).toHaveLength(1);
  });

  test('its words are told without the secrets in them', async () => {
    const cli = await tokenCli();
    const refreshToken = await cli.begin();
    cli.fake.next.push(refuses(401, 'invalid_client', `unknown client, token ${refreshToken}`));
    const {out, data} = await force(cli);
    expect(data.results[0]!.detail).toContain('unknown client');
    expect(out).not.toContain(refreshToken.slice(0, 12));
  });

  test('a lost answer may be asked for once more where the provider grants that: exit 3, and when', async () => {
    const cli = await tokenCli(', rotation: grace');
    cli.fake.book.rotation = 'grace';
    await cli.begin();
    cli.fake.next.push(dropsAfter);
    const {code, data} = await force(cli);
    expect([data.results[0]!.outcome, code]).toEqual(['answer-lost', 3]);
    expect(data.results[0]!.retryAfterMs).toBeGreaterThan(0);
  });

  test('without a token there is nothing to spend: exit 2, and what to do', async () => {
    const cli = await tokenCli();
    await cli.with(async () => undefined);
    const {code, out} = await cli.run(FORCE);
    expect(code).toBe(2);
    expect(out).toContain('ratectl token put google');
  });
});

describe('--dry-run', {timeout: 60_000}, () => {
  const everything = (cli: TokenCli): Promise<unknown> =>
    cli.with(async (store) => [
      await store.list(TOKEN_KIND),
      await store.list('breaker'),
      await store.latest('audit', 100),
      await store.latest('events', 100),
      await store.generation(),
    ]);

  test('says what would be, in the same shape, and writes nothing', async () => {
    const cli = await tokenCli();
    await cli.begin();
    const before = await everything(cli);
    const dry = await force(cli, '--dry-run');
    expect(dry.code).toBe(0);
    expect(dry.data).toMatchObject({
      dryRun: true,
      results: [{outcome: 'would-refresh', after: {generation: 1}}],
    });
    expect(await everything(cli)).toEqual(before);
    expect(cli.fake.journal.entries).toEqual([]);
    const real = await force(cli);
    expect(shapeOf(dry.data)).toEqual(shapeOf(real.data));
  });

  test('tells that the budget is used up, that it is fresh, and who holds the lock', async () => {
    const cli = await tokenCli();
    await cli.begin();
    const provider = await cli.hold();
    const running = force(cli);
    await provider.asked;
    expect(await force(cli, '--dry-run')).toMatchObject({
      code: 7,
      data: {results: [{outcome: 'busy', state: {lock: {held: true}}}]},
    });
    provider.answer();
    await running;
    expect(await force(cli, '--dry-run')).toMatchObject({
      code: 7,
      data: {results: [{outcome: 'wait', because: 'budget', state: {lock: {held: false, by: null}}}]},
    });
    expect(await force(cli, '--dry-run', '--if-expires-within', '1m')).toMatchObject({
      code: 0,
      data: {results: [{outcome: 'fresh'}]},
    });
  });

  test('tells of an open breaker', async () => {
    const cli = await tokenCli(
      ', budget: [100/100ms], backoff: {first: 10ms, most: 10ms}, breaker: {failures: 1}',
    );
    await cli.begin();
    cli.fake.next.push(answers(503));
    await force(cli);
    await sleep(30);
    expect(await force(cli, '--dry-run')).toMatchObject({
      code: 7,
      data: {results: [{outcome: 'wait', because: 'breaker', state: {breaker: {state: 'open'}}}]},
    });
  });

  test('needs no key and works where the context is read-only', async () => {
    const cli = await tokenCli();
    await cli.begin();
    const env = {RATECTL_VAULT_KEY: '', RATECTL_READ_ONLY: '1'};
    expect((await cli.run([...FORCE, '--dry-run'], {env})).code).toBe(0);
  });
});

describe('--emergency', {timeout: 60_000}, () => {
  test('needs a reason and a yes, and is held to the longest window', async () => {
    const cli = await tokenCli(', budget: [1/1h, 2/2h]');
    await cli.begin();
    await force(cli);
    expect((await cli.run([...FORCE, '--emergency', '--yes'])).code).toBe(2);
    const unsaid = await cli.run([...FORCE, '--emergency', '--reason', 'revoked']);
    expect(unsaid).toMatchObject({code: 4, err: expect.stringContaining('--yes is required')});
    expect((await auditOf(cli)).map(({action}) => action)).not.toContain('token-emergency');
    const args = ['--emergency', '--reason', 'revoked by mistake', '--yes'];
    const {code, data} = await force(cli, ...args);
    expect([code, data.emergency, data.results[0]!.outcome]).toEqual([0, true, 'refreshed']);
    const third = await force(cli, ...args);
    expect([third.code, third.data.results[0]!.outcome]).toEqual([7, 'wait']);
    expect(third.data.results[0]!.retryAfterMs).toBeGreaterThan(7_000_000);
    expect(cli.fake.journal.entries).toHaveLength(2);
    expect(await auditOf(cli)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          action: 'token-emergency',
          why: 'revoked by mistake',
          target: 'google',
          by: 'ada',
        }),
      ]),
    );
  });

  test('is confirmed with the name of a production context', async () => {
    const cli = await tokenCli();
    await cli.begin();
    cli.production('readOnly: false');
    const args = [...FORCE, '--context', 'live', '--emergency', '--reason', 'x'];
    expect(await cli.run([...args, '--yes'])).toMatchObject({
      code: 4,
      err: expect.stringContaining('--confirm live is required'),
    });
    expect(await cli.run([...args, '--confirm', 'live'])).toMatchObject({code: 0});
  });

  test('is for one provider', async () => {
    const cli = await tokenCli();
    expect((await cli.run(['force-refresh', '--all', '--emergency', '--reason', 'x'])).code).toBe(2);
  });
});

describe('--all', {timeout: 60_000}, () => {
  const TWO = `  mail: {tokenUrl: "TOKEN_URL", clientId: app}
  reports: {tokenUrl: "TOKEN_URL", clientId: app}
`;
  const all = (cli: TokenCli, ...args: readonly string[]) =>
    cli.json<ForceRefreshReport>(['force-refresh', '--all', '--max-per-second', '5', ...args]);

  test('refreshes one after the other, not faster than asked for', async () => {
    const cli = await tokenCli('', TWO);
    for (const name of ['google', 'mail', 'reports']) await cli.begin(name);
    const {code, data} = await all(cli);
    expect(code).toBe(0);
    expect(data.totals).toEqual({providers: 3, done: 3, failed: 0, skipped: 0});
    const times = cli.fake.journal.entries.map(({mono}) => mono);
    expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(195);
    expect(times[2]! - times[1]!).toBeGreaterThanOrEqual(195);
  });

  test('goes on when one fails, and exits 6', async () => {
    const cli = await tokenCli('', TWO);
    for (const name of ['google', 'reports']) await cli.begin(name);
    cli.fake.next.push(answers(503));
    const {code, data} = await all(cli);
    expect(code).toBe(6);
    expect(data.results.map(({outcome}) => outcome)).toEqual(['failed', 'no-token', 'refreshed']);
    expect(data.totals).toEqual({providers: 3, done: 1, failed: 2, skipped: 0});
  });

  test('a signal ends it between two providers: what was done is told', async () => {
    const cli = await tokenCli('', TWO);
    for (const name of ['google', 'mail', 'reports']) await cli.begin(name);
    const provider = await cli.hold();
    const {code, out} = await cli.run(['force-refresh', '--all', '--json'], {
      during: signalled(provider, 143),
    });
    expect(code).toBe(143);
    const {data} = JSON.parse(out) as {data: ForceRefreshReport};
    expect(data.results.map(({outcome}) => outcome)).toEqual(['refreshed']);
    expect(data.totals.skipped).toBe(2);
    expect(cli.fake.journal.entries).toHaveLength(1);
  });
});

describe('a signal', {timeout: 60_000}, () => {
  test('while the provider is asked: its answer is stored first', async () => {
    const cli = await tokenCli();
    await cli.begin();
    const provider = await cli.hold();
    const {code, err} = await cli.run(FORCE, {during: signalled(provider, 130)});
    expect([code, err]).toEqual([0, expect.stringContaining('may be the only copy')]);
    expect((await force(cli, '--dry-run')).data.results[0]!.after).toMatchObject({generation: 2});
  });

  test('while another process is waited for: ends at once', async () => {
    const cli = await tokenCli();
    await cli.begin();
    const provider = await cli.hold();
    const first = force(cli);
    await provider.asked;
    const second = await cli.run(FORCE, {
      during: async (context) => {
        while (context.onSignal === undefined) await sleep(5);
        await settle();
        context.onSignal(130);
      },
    });
    expect(second.code).toBe(130);
    // The provider has not answered the other yet.
    provider.answer();
    expect((await first).data.results[0]!.outcome).toBe('refreshed');
  });
});

describe('is refused', {timeout: 60_000}, () => {
  test('in a read-only context: exit 4, and nobody is asked', async () => {
    const cli = await tokenCli();
    await cli.begin();
    cli.production('readOnly: true');
    const {code, err} = await cli.run([...FORCE, '--context', 'live']);
    expect([code, err]).toEqual([4, expect.stringContaining('read-only')]);
    expect(cli.fake.journal.entries).toEqual([]);
  });

  test.each([
    ['an unknown provider', ['gogle'], 'did you mean "google"'],
    ['no provider', [], 'which provider?'],
    ['a provider and --all', ['google', '--all'], '--all goes without a provider'],
    [
      'a span that is none',
      ['google', '--if-expires-within', 'soon'],
      '--if-expires-within: expected a duration',
    ],
    ['a wait that is none', ['google', '--wait', 'x'], '--wait: expected a duration'],
    ['a rate that is none', ['--all', '--max-per-second', '0'], 'expected a number from 0.01 to 100'],
  ])('%s: exit 2', async (_, args, message) => {
    const cli = await tokenCli();
    const {code, err} = await cli.run(['force-refresh', ...args]);
    expect([code, err]).toEqual([2, expect.stringContaining(message)]);
  });

  test('without a key: exit 2, and how to make one', async () => {
    const cli = await tokenCli();
    await cli.begin();
    const {code, err} = await cli.run(FORCE, {env: {RATECTL_VAULT_KEY: ''}});
    expect([code, err]).toEqual([2, expect.stringContaining('ratectl token keygen')]);
  });

  test('with another key than the one that sealed: exit 2, and nobody is asked', async () => {
    const cli = await tokenCli();
    await cli.begin();
    const env = {RATECTL_VAULT_KEY: 'other:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA='};
    const {code, err} = await cli.run(FORCE, {env});
    expect([code, err]).toEqual([2, expect.stringContaining('"k1"')]);
    expect(cli.fake.journal.entries).toEqual([]);
  });

  test('with a policy that was only published in the store: it could send tokens anywhere', async () => {
    const cli = await tokenCli();
    await cli.begin();
    const source = `version: 1
limits: [{name: a, key: "{ip}", rate: 1/s}]
tokens: {google: {tokenUrl: "https://thief.example/token", clientId: app, clientSecret: {command: [touch, pwned]}}}
`;
    await cli.with((store) => store.put('policy', 'current', {source, file: 'ratectl.yaml', at: 1}));
    expect(await cli.run(FORCE, {cwd: '/'})).toMatchObject({
      code: 2,
      err: expect.stringContaining('no policy file is known here'),
    });
    // Where there is one on this machine, that one holds.
    expect((await force(cli)).data.results[0]!.outcome).toBe('refreshed');
  });
});

/** The signal comes while the provider is asked, its answer after the signal. */
const signalled = (provider: HeldProvider, exit: 130 | 143) => async (context: TestContext) => {
  await provider.asked;
  context.onSignal?.(exit);
  provider.answer();
};

/** The names of all members, whatever their values. */
const shapeOf = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value !== 'object' || value === null) return typeof value === 'boolean' ? 'boolean' : 'value';
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [name, one === null ? 'value' : shapeOf(one)]),
  );
};
