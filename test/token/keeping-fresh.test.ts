import {setTimeout as sleep} from 'node:timers/promises';
import {describe, expect, test} from 'vitest';
import type {RefreshRecord} from '../../src/engine/refresh/refresh-record.ts';
import {AUDIT_JOURNAL} from '../../src/store/audit-entry.ts';
import type {RefreshAnswer} from '../../src/token/refresh-answer.ts';
import {TokenRecords} from '../../src/token/token-records.ts';
import {createVault} from '../../src/token/vault/create-vault.ts';
import {generateKey, parseKeyRing} from '../../src/token/vault/key-ring.ts';
import {until} from '../guard/support.ts';
import {PATIENCE_MS, PATIENTLY} from '../support/in-time.ts';
import {S} from '../support/instants.ts';
import {answers} from '../support/oauth/behaviour.ts';
import {
  credentials,
  FORCED,
  fakeServer,
  generationIn,
  gone,
  HOUR_MS,
  managerOf,
  policyOf,
  put,
  storeWith,
} from './manager-scene.ts';

const lostAttempt = ({generation}: RefreshRecord, now: number): RefreshRecord['attempts'][number] => ({
  fencing: 1,
  by: 'a',
  reason: 'due',
  why: '',
  startedAt: now - 1_000_000,
  until: now - 1_000_000,
  phase: 'ended',
  outcome: 'answer-lost',
  error: 'timeout',
  generation,
  reuse: false,
  told: true,
});

describe('the leader', () => {
  test('refreshes a token that is put in at once, however long the provider wanted it to wait with the old one', async () => {
    const fake = await fakeServer();
    const store = storeWith();
    const kinds: string[] = [];
    fake.always = [answers(503, {'retry-after': '86400'})];
    await managerOf({
      store,
      policy: policyOf({svc: credentials(fake, {budget: ['1/100ms']})}),
      events: {onRefresh: (_, {kind}) => kinds.push(kind)},
    });
    await until(() => kinds.includes('failed'));
    fake.always = [];
    await put(store, {});
    await until(() => kinds.includes('refreshed'));
  });

  test('tries again soon after the store was away, however seldom it looks when nothing is due', {
    timeout: 2 * PATIENCE_MS,
  }, async () => {
    const fake = await fakeServer();
    let now = 1_767_614_400 * S;
    let looks = 0;
    let away = false;
    const store = storeWith(
      (inner) => ({
        get: (kind, id) => {
          if (kind === 'token') looks++;
          if (kind !== 'token' || !away) return inner.get(kind, id);
          away = false;
          return Promise.reject(gone());
        },
      }),
      () => now,
    );
    await put(store, {valid: 302_000_000, age: HOUR_MS * 1_000});
    looks = 0;
    const manager = await managerOf({
      store,
      checkEveryMs: HOUR_MS,
      policy: policyOf({svc: credentials(fake, {margin: '5m', jitter: '0%', budget: ['1/100ms']})}),
    });
    await until(() => manager.leads && looks > 0);
    // It is due, and nobody can see it.
    now += 2 * S;
    away = true;
    await expect.poll(() => fake.journal.entries.length, PATIENTLY).toBe(1);
    expect(away).toBe(false);
  });

  test('tries again soon after the vault failed, and leaves no attempt for it', {
    timeout: 2 * PATIENCE_MS,
  }, async () => {
    const fake = await fakeServer();
    const store = storeWith();
    await put(store, {refreshToken: 'r'});
    const errors: unknown[] = [];
    await managerOf({
      store,
      checkEveryMs: HOUR_MS,
      policy: policyOf({svc: {tokenUrl: fake.tokenUrl, clientId: 'app'}}),
      vault: createVault(parseKeyRing(generateKey('other'), 'test')),
      events: {onError: (error) => errors.push(error)},
    });
    await expect.poll(() => errors.length, PATIENTLY).toBe(2);
    expect(errors).toMatchObject([{code: 'vault/no-key'}, {code: 'vault/no-key'}]);
    expect(await store.latest(AUDIT_JOURNAL, 10)).toEqual([]);
  });

  test('is not kept by a provider that is slow from refreshing at others, nor from starting', async () => {
    const slow = await fakeServer();
    const quick = await fakeServer();
    // Longer than the test goes on.
    slow.always = [{afterMs: HOUR_MS}];
    const answered: string[] = [];
    const manager = await managerOf({
      store: storeWith(),
      policy: policyOf({
        slow: credentials(slow, {timeout: '5m', lease: '1h'}),
        svc: credentials(quick, {budget: ['1/100ms']}),
      }),
      events: {onRefresh: (name) => answered.push(name)},
    });
    await until(() => slow.journal.entries.length > 0);
    await until(() =>
      manager.token('svc').then(
        () => true,
        () => false,
      ),
    );
    await manager.forceRefresh('svc', FORCED);
    expect(new Set(answered)).toEqual(new Set(['svc']));
    // Else the manager would wait for it when it is closed.
    await slow.close();
  });

  test('says once, and not every second, that a token cannot be refreshed', async () => {
    const fake = await fakeServer();
    const store = storeWith();
    const told: string[] = [];
    await put(store, {refreshToken: ''});
    await put(store, {refreshToken: 'r'}, 'other');
    // Lost under a policy that allowed a second use; this one does not.
    await new TokenRecords(store, 'other').change(({record, now}) => ({
      record: {...record, revision: record.revision + 1, attempts: [lostAttempt(record, now)]},
      answer: undefined,
    }));
    const provider = {tokenUrl: fake.tokenUrl, clientId: 'app', budget: ['1/100ms']};
    await managerOf({
      store,
      policy: policyOf({svc: provider, other: provider}),
      events: {onRefresh: (name, {kind}) => told.push(`${name} ${kind}`)},
    });
    await until(() => told.length > 0);
    await sleep(2_000);
    expect(told).toEqual(['other reauthorise']);
    expect(fake.journal.entries).toEqual([]);
  });

  test('refreshes, and says so, though neither the journals nor others can be told', async () => {
    const fake = await fakeServer();
    const answersTold: RefreshAnswer[] = [];
    const store = storeWith(() => ({
      announce: () => Promise.reject(gone()),
      append: () => Promise.reject(gone()),
    }));
    await managerOf({
      store,
      policy: policyOf({svc: credentials(fake, {budget: ['1/100ms'], margin: '30d', jitter: '0%'})}),
      events: {onRefresh: (_, answer) => answersTold.push(answer)},
    });
    await until(() => answersTold.length > 0);
    expect(answersTold[0]).toMatchObject({kind: 'refreshed'});
    // Attempts that the journal was not told of do not stop the next refresh.
    await put(store, {}).catch(() => undefined);
    await until(async () => (await generationIn(store)) > 2);
  });
});
