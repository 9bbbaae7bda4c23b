import {setTimeout as sleep} from 'node:timers/promises';
import {describe, expect, onTestFinished, test} from 'vitest';
import type {TokenProviderSpec} from '../../src/engine/refresh/token-provider-spec.ts';
import {MemoryStore} from '../../src/store/memory/memory-store.ts';
import {refreshParts} from '../../src/token/refresh-parts.ts';
import {refreshOnce} from '../../src/token/refresh-run.ts';
import {PATIENCE_MS} from '../support/in-time.ts';
import {S} from '../support/instants.ts';
import {SpawnedFakeOAuth} from '../support/oauth/spawn-fake-oauth.ts';
import {providerSpec, requestOf, TokenScene, VAULT} from './token-scene.ts';

/** As a machine that is suspended, or out of processors, does to a process. */
const holdUp = (ms: number): void => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
};

/** A refresh, and what happens to its process while the provider answers. */
const refreshDuring = async (spec: Partial<TokenProviderSpec>, happens: () => void): Promise<string> => {
  const fake = await SpawnedFakeOAuth.start();
  onTestFinished(() => fake.stop());
  await fake.change({always: [{afterMs: 400}]});
  const {refreshToken = ''} = await fake.begin();
  const scene = new TokenScene();
  await scene.install(undefined, refreshToken);
  const clock = (): number => Math.floor((performance.timeOrigin + performance.now()) * 1_000);
  const store = new MemoryStore({access: 'write', clock});
  const document = (await scene.store.get('token', 'mail'))!;
  await store.put('token', 'mail', document.value);
  const surroundings = {store, vault: VAULT, env: {}, policyFile: 'ratectl.yaml'};
  const parts = refreshParts(providerSpec({tokenUrl: fake.tokenUrl, ...spec}), surroundings);
  const refresh = refreshOnce(parts, requestOf());
  while ((await fake.requests()).length === 0) await sleep(5);
  happens();
  const {kind} = await refresh;
  return kind;
};

/** Once more when it failed: a process that is held up before, too, has no lease to begin with. */
const refreshedInOneOf = async (
  attempts: number,
  spec: Partial<TokenProviderSpec>,
  happens: () => void,
): Promise<void> => {
  let kind = await refreshDuring(spec, happens);
  for (let n = 1; n < attempts && kind !== 'refreshed'; n++) kind = await refreshDuring(spec, happens);
  expect(kind).toBe('refreshed');
};

describe('a process that is held up while the provider answers takes the answer that has come,', {
  timeout: 2 * PATIENCE_MS,
}, () => {
  test('though its lease is over', async () => {
    await refreshedInOneOf(4, {lease: S}, () => holdUp(1_500));
  });

  test('though the time for the provider is over', async () => {
    await refreshedInOneOf(4, {timeout: S}, () => holdUp(1_500));
  });
});

test('a time of day that is set forward while the provider answers loses no lease that the store still knows', async () => {
  const wall = Date.now;
  onTestFinished(() => {
    Date.now = wall;
  });
  const kind = await refreshDuring({lease: 30 * S}, () => {
    Date.now = () => wall() + 120_000;
  });
  expect(kind).toBe('refreshed');
});
