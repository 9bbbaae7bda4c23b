import {setTimeout as sleep} from 'node:timers/promises';
import {describe, expect, onTestFinished, test} from 'vitest';
import {AUDIT_JOURNAL} from '../../src/store/audit-entry.ts';
import {listInstances} from '../../src/store/instance-document.ts';
import {MemoryStore} from '../../src/store/memory/memory-store.ts';
import type {Store} from '../../src/store/port.ts';
import {createTokenManager} from '../../src/token/create-token-manager.ts';
import type {TokenManagerOptions} from '../../src/token/manager-options.ts';
import type {RefreshAnswer} from '../../src/token/refresh-answer.ts';
import {until} from '../guard/support.ts';
import {eventually} from '../support/in-time.ts';
import {FakeOAuthServer} from '../support/oauth/fake-oauth-server.ts';
import {VAULT} from './token-scene.ts';

const SECRET = /fake-(at|rt)-/;

const provider = async (expiresIn = 3_600): Promise<FakeOAuthServer> => {
  const fake = await FakeOAuthServer.start({expiresIn});
  onTestFinished(() => fake.close());
  return fake;
};

const policyFor = (fake: FakeOAuthServer, more: object = {}) => ({
  version: 1 as const,
  limits: [],
  tokens: {
    svc: {
      tokenUrl: fake.tokenUrl,
      grant: 'client-credentials',
      clientId: 'app',
      clientSecret: {env: 'SVC_SECRET'},
      ...more,
    },
  },
});

const managerOf = async (fake: FakeOAuthServer, options: TokenManagerOptions = {}, more: object = {}) => {
  fake.client = {id: 'app', auth: 'basic', secret: 's3cret'};
  const manager = await createTokenManager({
    policy: policyFor(fake, more),
    vault: VAULT,
    env: {SVC_SECRET: 's3cret'},
    checkEveryMs: 100,
    leaderLeaseMs: 1_000,
    ...options,
  });
  onTestFinished(() => manager.close());
  return manager;
};

describe('a token manager', () => {
  test('gets a token as soon as it leads, and hands it out without asking the provider again', async () => {
    const fake = await provider();
    const manager = await managerOf(fake, {store: new MemoryStore({access: 'write'})});
    await until(() => manager.leads);
    const token = await eventually(() => manager.token('svc', {validForMs: 60_000}));
    expect(token).toMatchObject({generation: 1, accessToken: expect.stringMatching(/^fake-at-/)});
    for (let i = 0; i < 20; i++) await manager.token('svc');
    expect(fake.journal.entries).toHaveLength(1);
  });

  test('that does not lead takes what the leader stored, and never refreshes', async () => {
    const fake = await provider();
    const store = new MemoryStore({access: 'write'});
    const follower = await managerOf(fake, {store, lead: false});
    await expect(follower.token('svc')).rejects.toMatchObject({code: 'token/none', provider: 'svc'});
    await managerOf(fake, {store});
    await eventually(() => follower.token('svc'));
    expect(follower.leads).toBe(false);
    expect(fake.journal.entries).toHaveLength(1);
  });

  test('refreshes before the token expires, as often as the budget allows', async () => {
    const fake = await provider(1);
    const answers: RefreshAnswer['kind'][] = [];
    await managerOf(
      fake,
      {store: new MemoryStore({access: 'write'}), events: {onRefresh: (_, {kind}) => answers.push(kind)}},
      {budget: ['1/1s', '100/1m']},
    );
    await until(() => fake.journal.entries.length >= 3);
    const at = fake.journal.entries.map(({mono}) => mono);
    for (let i = 1; i < at.length; i++) expect(at[i]! - at[i - 1]!).toBeGreaterThanOrEqual(1_000);
    expect(new Set(answers)).toEqual(new Set(['refreshed']));
  });

  test('does not refresh because of a 401: the token is marked, the caller told when a refresh is allowed', async () => {
    const fake = await provider();
    const store = new MemoryStore({access: 'write'});
    const manager = await managerOf(fake, {store});
    const token = await eventually(() => manager.token('svc'));
    const errors = await Promise.all(
      Array.from({length: 10}, () => manager.reportUnauthorized('svc', token)),
    );
    expect(errors[0]).toMatchObject({code: 'token/suspect', provider: 'svc'});
    expect(errors[0]!.retryAfterMs).toBeGreaterThan(170_000);
    await sleep(300);
    expect(fake.journal.entries).toHaveLength(1);
    const late = await manager.reportUnauthorized('svc', {...token, generation: 0});
    expect(late.problem).toBe('expired');
  });

  test('tells what only a person can change, and does not try again', async () => {
    const fake = await provider();
    const answers: RefreshAnswer[] = [];
    const manager = await managerOf(fake, {
      store: new MemoryStore({access: 'write'}),
      env: {SVC_SECRET: 'wrong'},
      events: {onRefresh: (_, answer) => answers.push(answer)},
    });
    await until(() => answers.length > 0);
    expect(answers[0]).toMatchObject({
      kind: 'misconfigured',
      error: expect.stringContaining('invalid_client'),
    });
    await expect(manager.token('svc')).rejects.toMatchObject({code: 'token/none'});
  });

  test('registers, explains its attempts in the audit journal, and leaves no secret in the store', async () => {
    const fake = await provider();
    const store: Store = new MemoryStore({access: 'write'});
    const manager = await managerOf(fake, {store});
    await eventually(() => manager.token('svc'));
    expect(await listInstances(store)).toMatchObject([{role: 'token-manager', pid: process.pid}]);
    await until(async () => (await store.latest(AUDIT_JOURNAL, 10)).length > 0);
    const audit = await store.latest(AUDIT_JOURNAL, 10);
    expect(audit[0]!.value).toMatchObject({
      action: 'token-refresh',
      target: 'svc',
      note: expect.stringMatching(/^attempt \d+ \(due\): refreshed, token 0 → 1$/),
    });
    const kept = [
      await store.list('token'),
      await store.list('instance'),
      audit,
      await store.latest('events', 10),
    ];
    expect(JSON.stringify(kept)).not.toMatch(SECRET);
    await manager.close();
    expect(await listInstances(store)).toEqual([]);
    const slots = [];
    for await (const slot of store.slots(0, Number.POSITIVE_INFINITY)) slots.push(slot);
    expect(slots).toMatchObject([{limit: 'token:svc', allowed: 1}]);
  });

  test('names what is wrong with its options, the keys and the provider', async () => {
    const fake = await provider();
    const policy = policyFor(fake);
    await expect(createTokenManager({policy, vault: VAULT, checkEveryMs: 1})).rejects.toThrow(
      /checkEveryMs is "1", expected a whole number of milliseconds from 100 to 3600000/,
    );
    await expect(createTokenManager({policy, store: 'memory:', env: {}})).rejects.toMatchObject({
      code: 'token/no-key',
    });
    const manager = await managerOf(fake, {store: new MemoryStore({access: 'write'})});
    expect(() => manager.token('scv')).toThrow(/unknown provider "scv" \(did you mean "svc"\?\)/);
  });
});
