import {describe, expect, test} from 'vitest';
import type {Store} from '../../src/store/port.ts';
import {refreshOnce} from '../../src/token/refresh-run.ts';
import {openToken} from '../../src/token/token-material.ts';
import {PATIENTLY} from '../support/in-time.ts';
import {MINUTE, S} from '../support/instants.ts';
import {issued, NOON, requestOf, TokenScene, VAULT} from './token-scene.ts';

const recordOf = async (scene: TokenScene) => (await scene.process().records.read()).record;

describe('a refresh', () => {
  test('spends the refresh token, stores what the provider answered, and tells no secret', async () => {
    const scene = new TokenScene();
    await scene.install();
    scene.now += MINUTE;
    const answer = await refreshOnce(scene.process(), requestOf());
    expect(answer).toMatchObject({kind: 'refreshed', before: {generation: 1}, after: {generation: 2}});
    expect(scene.client.asked).toEqual(['refresh-1']);
    const {token} = await recordOf(scene);
    expect(openToken(token!, 'mail', VAULT)).toEqual({accessToken: 'access-2', refreshToken: 'refresh-2'});
    expect(token).toMatchObject({obtainedAt: scene.now, expiresAt: scene.now + 3_600 * S, scopes: ['read']});
    expect(JSON.stringify([answer, await scene.store.get('token', 'mail')])).not.toMatch(
      /access-|refresh-\d/,
    );
    expect(scene.reported).toEqual(['success']);
  });

  test('keeps the refresh token when the answer has none (RFC 6749 section 6)', async () => {
    const scene = new TokenScene();
    await scene.install();
    scene.client.answer = () => issued(2, {refreshToken: undefined});
    await refreshOnce(scene.process(), requestOf());
    expect(openToken((await recordOf(scene)).token!, 'mail', VAULT).refreshToken).toBe('refresh-1');
  });

  test('of client credentials needs no token to begin with', async () => {
    const scene = new TokenScene({grant: 'client-credentials', rotation: 'none'});
    scene.client.answer = () => issued(1, {refreshToken: undefined});
    expect(await refreshOnce(scene.process(), requestOf())).toMatchObject({
      kind: 'refreshed',
      after: {generation: 1},
    });
    expect(scene.client.asked).toEqual([undefined]);
  });

  test('of a refresh-token grant does', async () => {
    expect(await refreshOnce(new TokenScene().process(), requestOf())).toEqual({kind: 'no-token'});
  });

  test('is on record before it is sent, and that it is sent before it is', async () => {
    const scene = new TokenScene();
    await scene.install();
    let seen: unknown;
    scene.client.answer = async () => {
      seen = (await recordOf(scene)).attempts;
      return issued(2);
    };
    await refreshOnce(scene.process(), requestOf());
    expect(seen).toMatchObject([{phase: 'sent', startedAt: NOON, until: NOON + MINUTE, generation: 1}]);
  });
});

describe('what is not sent', () => {
  test('a second refresh within 3 minutes, an eleventh within 10, emergencies included', async () => {
    const scene = new TokenScene();
    await scene.install();
    await refreshOnce(scene.process(), requestOf());
    scene.now += 3 * MINUTE - 1;
    expect(await refreshOnce(scene.process(), requestOf())).toEqual({
      kind: 'wait',
      because: 'budget',
      until: NOON + 3 * MINUTE,
      now: scene.now,
    });
    for (let i = 0; i < 9; i++)
      expect(await refreshOnce(scene.process(), requestOf({reason: 'emergency'}))).toMatchObject({
        kind: 'refreshed',
      });
    expect(await refreshOnce(scene.process(), requestOf({reason: 'emergency'}))).toMatchObject({
      kind: 'wait',
      because: 'budget',
      until: NOON + 10 * MINUTE,
    });
    expect(scene.client.asked).toHaveLength(10);
  });

  test('one beside another that is under way, whatever the reason', async () => {
    const scene = new TokenScene();
    await scene.install();
    let finish: (() => void) | undefined;
    scene.client.answer = () =>
      new Promise((resolve) => {
        finish = () => resolve(issued(2));
      });
    const first = refreshOnce(scene.process(), requestOf({by: 'first@host'}));
    await expect.poll(() => finish, PATIENTLY).toBeDefined();
    for (const reason of ['forced', 'emergency', 'due'] as const)
      expect(await refreshOnce(scene.process(), requestOf({reason}))).toMatchObject({
        kind: 'busy',
        by: 'first@host',
      });
    finish!();
    expect(await first).toMatchObject({kind: 'refreshed'});
    expect(scene.client.asked).toHaveLength(1);
  });

  test('one whose token was replaced since it was wanted, or is still fresh', async () => {
    const scene = new TokenScene();
    await scene.install();
    expect(await refreshOnce(scene.process(), requestOf({seen: 0}))).toMatchObject({
      kind: 'adopted',
    });
    expect(await refreshOnce(scene.process(), requestOf({ifExpiresWithin: 59 * MINUTE}))).toMatchObject({
      kind: 'fresh',
    });
    expect(scene.client.asked).toEqual([]);
  });

  test('one while the breaker is open; an emergency passes it', async () => {
    const scene = new TokenScene();
    await scene.install();
    scene.openUntil = NOON + MINUTE;
    expect(await refreshOnce(scene.process(), requestOf())).toMatchObject({kind: 'wait', because: 'breaker'});
    expect((await recordOf(scene)).attempts).toEqual([]);
    expect(await refreshOnce(scene.process(), requestOf({reason: 'emergency'}))).toMatchObject({
      kind: 'refreshed',
    });
  });

  test('one whose lease was lost before it left', async () => {
    const scene = new TokenScene();
    await scene.install();
    const parts = scene.process();
    const slow: Pick<Store, 'get' | 'put' | 'now'> = {
      get: (kind, id) => scene.store.get(kind, id),
      now: () => scene.store.now(),
      // Held up after the attempt is on record, for longer than the lease.
      put: async (...args) => {
        const put = await scene.store.put(...args);
        scene.now += 2 * MINUTE;
        return put;
      },
    };
    expect(await refreshOnce({...scene.process(slow)}, requestOf())).toMatchObject({
      kind: 'failed',
      error: 'lease-lost',
    });
    expect(scene.client.asked).toEqual([]);
    expect((await parts.records.read()).record.attempts).toMatchObject([{outcome: 'not-sent'}]);
  });

  test('the place of a probe is given back when nothing is sent', async () => {
    const scene = new TokenScene();
    await scene.install();
    const slow: Pick<Store, 'get' | 'put' | 'now'> = {
      get: (kind, id) => scene.store.get(kind, id),
      now: () => scene.store.now(),
      put: async (...args) => {
        const put = await scene.store.put(...args);
        scene.now += 2 * MINUTE;
        return put;
      },
    };
    const parts = scene.process(slow);
    const breaker = {...parts.breaker, admit: async () => ({kind: 'allowed' as const, probe: 7})};
    expect(await refreshOnce({...parts, breaker}, requestOf())).toMatchObject({error: 'lease-lost'});
    expect(scene.reported).toEqual(['abandon 7']);
  });
});

describe('what the provider answers', () => {
  test('an answer that is lost counts, and asks for a person when the refresh token may be spent', async () => {
    const scene = new TokenScene();
    await scene.install();
    scene.client.answer = () => ({kind: 'answer-lost', error: 'timeout', retryAfterMs: 0});
    expect(await refreshOnce(scene.process(), requestOf())).toMatchObject({
      kind: 'reauthorise',
      why: 'answer-lost',
    });
    scene.now += 60 * MINUTE;
    expect(await refreshOnce(scene.process(), requestOf())).toMatchObject({
      kind: 'reauthorise',
      why: 'answer-lost',
    });
    expect(scene.client.asked).toEqual(['refresh-1']);
  });

  test('with grace it is tried once more, and not twice', async () => {
    const scene = new TokenScene({rotation: 'grace'});
    await scene.install();
    scene.client.answer = () => ({kind: 'answer-lost', error: 'timeout', retryAfterMs: 0});
    expect(await refreshOnce(scene.process(), requestOf())).toMatchObject({kind: 'answer-lost'});
    scene.now += 60 * MINUTE;
    expect(await refreshOnce(scene.process(), requestOf())).toMatchObject({kind: 'reauthorise'});
    expect(scene.client.asked).toEqual(['refresh-1', 'refresh-1']);
    expect((await recordOf(scene)).attempts.map(({reuse}) => reuse)).toEqual([false, true]);
  });

  test('a refusal asks for a person', async () => {
    const scene = new TokenScene();
    await scene.install();
    scene.client.answer = () => ({kind: 'rejected', error: 'invalid_grant'});
    expect(await refreshOnce(scene.process(), requestOf())).toEqual({
      kind: 'reauthorise',
      why: 'rejected',
      error: 'invalid_grant',
    });
  });

  test('a refusal of a token that was replaced meanwhile does not: the other token is taken', async () => {
    const scene = new TokenScene();
    await scene.install();
    scene.client.answer = async () => {
      await scene.install(undefined, 'refresh-9');
      return {kind: 'rejected', error: 'invalid_grant'};
    };
    expect(await refreshOnce(scene.process(), requestOf())).toMatchObject({
      kind: 'adopted',
      after: {generation: 2},
    });
    expect((await recordOf(scene)).reauthorise).toBeUndefined();
  });

  test('Retry-After is honoured, and backoff never waits shorter than its half', async () => {
    const scene = new TokenScene({budget: [{count: 100, per: S}]});
    await scene.install();
    scene.client.answer = () => ({kind: 'failed', error: '503', retryAfterMs: 120_000});
    const first = await refreshOnce(scene.process(), requestOf());
    expect(first).toMatchObject({kind: 'failed', error: '503'});
    expect((first as {retryAt: number}).retryAt).toBeGreaterThanOrEqual(NOON + 120 * S);
    expect(await refreshOnce(scene.process(), requestOf())).toMatchObject({kind: 'wait', because: 'backoff'});
    expect(scene.reported).toEqual(['failure']);
  });
});
