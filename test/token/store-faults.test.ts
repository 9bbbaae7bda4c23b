import {setTimeout as sleep} from 'node:timers/promises';
import {describe, expect, test} from 'vitest';
import type {Store} from '../../src/store/port.ts';
import {StoreError} from '../../src/store/store-error.ts';
import {refreshOnce} from '../../src/token/refresh-run.ts';
import {MINUTE, S} from '../support/instants.ts';
import {issued, NOON, requestOf, TokenScene} from './token-scene.ts';

const recordOf = async (scene: TokenScene) => (await scene.process().records.read()).record;

describe('faults of the store', () => {
  const failing = (scene: TokenScene, fails: (n: number) => boolean) => {
    let puts = 0;
    return {
      get: (kind: string, id: string) => scene.store.get(kind, id),
      now: () => scene.store.now(),
      put: async (...args: Parameters<Store['put']>) => {
        if (fails(++puts)) throw new StoreError('gone', {kind: 'unreachable', url: 'memory:', hint: ''});
        return scene.store.put(...args);
      },
    };
  };

  test('before the attempt is on record: nothing happened', async () => {
    const scene = new TokenScene();
    await scene.install();
    await expect(refreshOnce(scene.process(failing(scene, () => true)), requestOf())).rejects.toThrow('gone');
    expect(scene.client.asked).toEqual([]);
  });

  test('before it may be sent: nothing is sent', async () => {
    const scene = new TokenScene();
    await scene.install();
    const answer = await refreshOnce(scene.process(failing(scene, (n) => n === 2)), requestOf());
    expect(answer).toMatchObject({kind: 'failed', error: 'lease-lost'});
    expect(scene.client.asked).toEqual([]);
  });

  test('after the provider answered: the token is stored as soon as the store is back', async () => {
    const scene = new TokenScene();
    await scene.install();
    const answer = await refreshOnce(scene.process(failing(scene, (n) => n > 2 && n < 6)), requestOf());
    expect(answer).toMatchObject({kind: 'refreshed', after: {generation: 2}});
    expect((await recordOf(scene)).token?.generation).toBe(2);
  });

  test('an answer of the store that was lost does not undo what was stored', async () => {
    const scene = new TokenScene();
    await scene.install();
    let puts = 0;
    const store = {
      ...failing(scene, () => false),
      put: async (...args: Parameters<Store['put']>) => {
        const put = await scene.store.put(...args);
        if (++puts === 3) throw new StoreError('gone', {kind: 'unreachable', url: 'memory:', hint: ''});
        return put;
      },
    };
    expect(await refreshOnce(scene.process(store), requestOf())).toMatchObject({kind: 'refreshed'});
    expect((await recordOf(scene)).attempts).toMatchObject([{outcome: 'refreshed'}]);
  });

  test('a clock of the store that was a day ahead keeps nobody waiting for a day once it is put right', async () => {
    const scene = new TokenScene();
    scene.now += 1_440 * MINUTE;
    await scene.install();
    scene.client.answer = () => ({kind: 'failed', error: 'http-503', retryAfterMs: 0});
    await refreshOnce(scene.process(), requestOf());
    scene.now = NOON;
    const answer = await refreshOnce(scene.process(), requestOf());
    expect(answer).toMatchObject({kind: 'wait', because: 'budget'});
    // To the microsecond at which the record was read.
    expect((answer as {until: number}).until).toBeLessThan(NOON + 3 * MINUTE + S);
    scene.now += 3 * MINUTE + S;
    expect(await refreshOnce(scene.process(), requestOf())).toMatchObject({kind: 'failed'});
  });

  test('a process that was held up between the clock and the record does not take the record for one of the future', async () => {
    const scene = new TokenScene();
    await scene.install();
    const slow = {
      now: () => scene.store.now(),
      put: (...args: Parameters<Store['put']>) => scene.store.put(...args),
      // Somebody else refreshes meanwhile, an eighth of a second later.
      get: async (kind: string, id: string) => {
        await sleep(150);
        scene.now += 125_000;
        await refreshOnce(scene.process(), requestOf());
        return scene.store.get(kind, id);
      },
    };
    await refreshOnce(scene.process(slow), requestOf());
    expect((await recordOf(scene)).attempts).toMatchObject([{until: NOON + 125_000}]);
  });

  describe('an attempt that the store forgot while the provider was asked, so that others went on from what was before,', () => {
    const forgetting = async (meanwhile: (scene: TokenScene, document: object) => Promise<unknown>) => {
      const scene = new TokenScene();
      await scene.install();
      const before = (await scene.store.get('token', 'mail'))!.value as object;
      let first = true;
      scene.client.answer = async () => {
        if (!first) return issued(3);
        first = false;
        await meanwhile(scene, before);
        return issued(2);
      };
      return {scene, answer: await refreshOnce(scene.process(), requestOf())};
    };

    test('still stores its token, when nobody else refreshed', async () => {
      const {scene, answer} = await forgetting((own, document) =>
        own.store.put('token', 'mail', {...document, revision: 20}),
      );
      expect(answer).toMatchObject({kind: 'refreshed', after: {generation: 2}});
      expect((await recordOf(scene)).attempts).toMatchObject([{outcome: 'refreshed'}]);
      expect(await refreshOnce(scene.process(), requestOf())).toMatchObject({kind: 'wait'});
    });

    test('is on record again beside those of others, and counts', async () => {
      const {scene, answer} = await forgetting(async (own, document) => {
        await own.store.put('token', 'mail', document);
        own.now += S;
        await refreshOnce(own.process(), requestOf());
      });
      expect(answer).toMatchObject({kind: 'adopted', after: {generation: 2}});
      const {attempts} = await recordOf(scene);
      expect(attempts).toMatchObject([{outcome: 'discarded', told: false}, {outcome: 'refreshed'}]);
    });
  });

  test('a store that forgot is put right by whoever remembers: the budget holds, the token stays', async () => {
    const scene = new TokenScene();
    await scene.install();
    const parts = scene.process();
    await refreshOnce(parts, requestOf());
    await scene.store.remove('token', 'mail');
    scene.now += MINUTE;
    expect(await refreshOnce(parts, requestOf())).toMatchObject({kind: 'wait', because: 'budget'});
    expect((await recordOf(scene)).token?.generation).toBe(2);
  });
});
