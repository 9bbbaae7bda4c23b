import {describe, expect, onTestFinished, test} from 'vitest';
import {EMPTY_RECORD, type RefreshRecord} from '../../src/engine/refresh/refresh-record.ts';
import {AUDIT_JOURNAL} from '../../src/store/audit-entry.ts';
import {until} from '../guard/support.ts';
import {msOf} from '../support/in-time.ts';
import {
  credentials,
  FORCED,
  fakeServer,
  generationIn,
  HOUR_MS,
  managerOf,
  policyOf,
  put,
  storeWith,
} from './manager-scene.ts';

describe('a forced refresh in an application', () => {
  test('is waited for by close, which leaves no answer behind', async () => {
    const fake = await fakeServer();
    fake.always = [{afterMs: 300}];
    const store = storeWith();
    const manager = await managerOf({store, lead: false, policy: policyOf({svc: credentials(fake)})});
    const forced = manager.forceRefresh('svc', FORCED);
    await until(() => fake.journal.entries.length > 0);
    await manager.close();
    expect(await generationIn(store)).toBe(1);
    expect(await forced).toMatchObject({kind: 'refreshed'});
  });

  test('is in the audit journal, and its token handed out, when it resolves', async () => {
    const fake = await fakeServer();
    const store = storeWith();
    await put(store, {valid: HOUR_MS * 1_000});
    const manager = await managerOf({
      store,
      lead: false,
      checkEveryMs: HOUR_MS,
      policy: policyOf({svc: credentials(fake)}),
    });
    await manager.token('svc');
    await manager.forceRefresh('svc', FORCED);
    expect(await store.latest(AUDIT_JOURNAL, 10)).toMatchObject([{value: {by: 'ada', host: 'host'}}]);
    expect(await manager.token('svc')).toMatchObject({generation: 2});
  });
});

test('a token that is refused to a thousand callers at once is marked with one change of the store', async () => {
  const fake = await fakeServer();
  let puts = 0;
  const store = storeWith((inner) => ({
    put: (kind, ...rest) => {
      if (kind === 'token') puts++;
      return inner.put(kind, ...rest);
    },
  }));
  await put(store, {valid: HOUR_MS * 1_000});
  const manager = await managerOf({store, lead: false, policy: policyOf({svc: credentials(fake)})});
  const token = await manager.token('svc');
  puts = 0;
  const errors = await Promise.all(
    Array.from({length: 1_000}, () => manager.reportUnauthorized('svc', token)),
  );
  expect(new Set(errors.map(({problem}) => problem))).toEqual(new Set(['suspect']));
  expect(puts).toBe(1);
});

describe('asking for a token', () => {
  test('that is not there costs the store a few looks, however many ask how often', async () => {
    const fake = await fakeServer();
    let looks = 0;
    const store = storeWith((inner) => ({
      get: (kind, id) => {
        if (kind === 'token') looks++;
        return inner.get(kind, id);
      },
    }));
    const manager = await managerOf({
      store,
      lead: false,
      checkEveryMs: HOUR_MS,
      policy: policyOf({svc: credentials(fake)}),
    });
    const before = looks;
    const took = await msOf(async () => {
      for (let i = 0; i < 20; i++)
        await Promise.all(Array.from({length: 1_000}, () => manager.token('svc').catch(() => undefined)));
    });
    // One is good for a tenth of a second.
    expect(looks - before).toBeLessThan(2 + took / 100);
  });

  test('of client credentials before there is one says when there may be, and does not send for a person', async () => {
    const fake = await fakeServer();
    const manager = await managerOf({
      store: storeWith(),
      lead: false,
      policy: policyOf({svc: credentials(fake)}),
    });
    const error = await manager.token('svc').catch((failed: unknown) => failed);
    expect(error).toMatchObject({code: 'token/none', retryAfterMs: 0});
    expect((error as {hint: string}).hint).not.toMatch(/token put/);
  });

  test('that has expired and has no refresh token sends for a person', async () => {
    const fake = await fakeServer();
    const store = storeWith();
    await put(store, {});
    const manager = await managerOf({
      store,
      policy: policyOf({svc: {tokenUrl: fake.tokenUrl, clientId: 'app'}}),
    });
    await expect(manager.token('svc')).rejects.toMatchObject({
      code: 'token/expired',
      retryAfterMs: undefined,
      hint: expect.stringMatching(/ratectl token put svc/),
    });
  });

  test('never answers one that was replaced under the same number, as by a store that was restored', async () => {
    const fake = await fakeServer();
    const store = storeWith();
    const policy = policyOf({svc: credentials(fake)});
    await put(store, {accessToken: 'old', valid: HOUR_MS * 1_000});
    const manager = await managerOf({store, lead: false, policy});
    expect(await manager.token('svc')).toMatchObject({accessToken: 'old', generation: 1});
    const other = storeWith();
    await put(other, {accessToken: 'new', valid: HOUR_MS * 1_000});
    const document = (await other.get('token', 'svc'))!.value as RefreshRecord;
    await store.put('token', 'svc', {...EMPTY_RECORD, ...document, revision: 50});
    await until(async () => (await manager.token('svc')).accessToken === 'new');
  });

  test('answers none that expired while the machine slept', async () => {
    const fake = await fakeServer();
    const store = storeWith();
    await put(store, {valid: HOUR_MS * 1_000});
    const manager = await managerOf({
      store,
      lead: false,
      checkEveryMs: HOUR_MS,
      policy: policyOf({svc: credentials(fake)}),
    });
    await manager.token('svc');
    const wall = Date.now;
    onTestFinished(() => {
      Date.now = wall;
    });
    // What a suspended machine sees of it afterwards: its monotonic clock stood still.
    Date.now = () => wall() + 2 * HOUR_MS;
    await expect(manager.token('svc')).rejects.toMatchObject({code: 'token/expired'});
  });
});
