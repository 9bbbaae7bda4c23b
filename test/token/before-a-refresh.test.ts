import {inspect} from 'node:util';
import {describe, expect, test} from 'vitest';
import type {Store} from '../../src/store/port.ts';
import {forceRefresh} from '../../src/token/force-refresh.ts';
import {refreshOnce} from '../../src/token/refresh-run.ts';
import {openToken} from '../../src/token/token-material.ts';
import {createVault} from '../../src/token/vault/create-vault.ts';
import {generateKey, parseKeyRing} from '../../src/token/vault/key-ring.ts';
import type {Vault} from '../../src/token/vault/vault.ts';
import {PATIENTLY} from '../support/in-time.ts';
import {S} from '../support/instants.ts';
import {issued, NOON, requestOf, TokenScene, VAULT} from './token-scene.ts';

const OTHER_VAULT = createVault(parseKeyRing(generateKey('other'), 'test'));

const recordOf = async (scene: TokenScene) => (await scene.process().records.read()).record;

describe('a key that is missing', () => {
  test('is found before an attempt is on record: nothing counts, nothing is told', async () => {
    const scene = new TokenScene();
    await scene.install();
    const parts = {...scene.process(), vault: OTHER_VAULT};
    await expect(refreshOnce(parts, requestOf())).rejects.toMatchObject({code: 'vault/no-key'});
    expect(await recordOf(scene)).toMatchObject({attempts: [], fencing: NOON});
    expect(scene.client.asked).toEqual([]);
  });

  test('does not keep client credentials from a token that the new key seals', async () => {
    const scene = new TokenScene({grant: 'client-credentials', rotation: 'none'});
    await scene.install();
    scene.client.answer = () => issued(2, {refreshToken: undefined});
    const parts = {...scene.process(), vault: OTHER_VAULT};
    expect(await refreshOnce(parts, requestOf())).toMatchObject({kind: 'refreshed', after: {generation: 2}});
    expect(openToken((await recordOf(scene)).token!, 'mail', OTHER_VAULT).accessToken).toBe('access-2');
  });

  test('and a vault that opens something else: no word of it is in the error', async () => {
    const scene = new TokenScene();
    await scene.install();
    const vault: Vault = {...VAULT, open: () => 'access-1 refresh-1'};
    const failed = await refreshOnce({...scene.process(), vault}, requestOf()).catch(
      (error: unknown) => error,
    );
    expect(failed).toMatchObject({code: 'vault/changed'});
    expect(inspect(failed, {depth: 9})).not.toMatch(/access-1|refresh-1/);
  });
});

describe('an operator who forces', () => {
  test('while another stores its token takes that one, also when it was decided on before', async () => {
    const scene = new TokenScene();
    await scene.install();
    let store: (() => void) | undefined;
    const held = new Promise<void>((resolve) => {
      store = resolve;
    });
    let puts = 0;
    const slow = {
      get: (kind: string, id: string) => scene.store.get(kind, id),
      now: () => scene.store.now(),
      put: async (...args: Parameters<Store['put']>) => {
        if (++puts === 3) await held;
        return scene.store.put(...args);
      },
    };
    const first = refreshOnce(scene.process(slow), requestOf());
    await expect.poll(() => puts, PATIENTLY).toBe(3);
    scene.now += S;
    const options = {
      by: 'ada@host',
      why: '',
      reason: 'forced',
      ifExpiresWithin: Infinity,
      waitMs: 5_000,
    } as const;
    let looks = 0;
    const looking = {
      get: (kind: string, id: string) => {
        looks++;
        return scene.store.get(kind, id);
      },
      now: () => scene.store.now(),
      put: (...args: Parameters<Store['put']>) => scene.store.put(...args),
    };
    const second = forceRefresh(scene.process(looking), options);
    await expect.poll(() => looks, PATIENTLY).toBeGreaterThan(0);
    store!();
    expect(await first).toMatchObject({kind: 'refreshed'});
    expect(await second).toMatchObject({kind: 'adopted', after: {generation: 2}});
  });
});
