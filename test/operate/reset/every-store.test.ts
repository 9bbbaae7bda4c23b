import {randomUUID} from 'node:crypto';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, inject, test} from 'vitest';
import {KeyRules} from '../../../src/operate/key-rules.ts';
import {putOverride, readSlot, removeOverride} from '../../../src/operate/override/change-override.ts';
import {listRestored} from '../../../src/operate/reset/list-restored.ts';
import {selectorJob} from '../../../src/operate/reset/selector-job.ts';
import {undoJob} from '../../../src/operate/reset/undo-job.ts';
import {parseSelector} from '../../../src/operate/selector.ts';
import {openStore} from '../../../src/store/open-store.ts';
import {listOverrides} from '../../../src/store/override-document.ts';
import {parseStoreUrl} from '../../../src/store/parse-store-url.ts';
import type {Store, StoredRow} from '../../../src/store/port.ts';
import {HOSTILE_KEYS} from '../../support/hostile-keys.ts';
import {policyOf, tokenBucketSpec} from '../../support/policies.ts';
import {addressOf, contentOf, fill, folder, perform, receiptAt, rowOf} from './stores.ts';

const KEYS = [...new Set([...HOSTILE_KEYS, 'a', 'ab', 'a*', 'x'.repeat(65_536)])].filter((key) => key !== '');
const LIMITS = ['per-ip', 'per-ip2', 'per'];

const STORES: readonly (readonly [string, () => string])[] = [
  ['memory', () => 'memory:'],
  ['SQLite', () => 'sqlite:state.db'],
  ['Redis', () => `${inject('redisUrl')}?prefix=t${randomUUID().slice(0, 8)}`],
  ['Postgres', () => `${inject('databaseUrl')}?schema=t_${randomUUID().slice(0, 8)}`],
];

const open = (url: string, cwd: string): Promise<Store> =>
  openStore(parseStoreUrl(url, {folder: cwd, env: {}, name: 'test'}), {access: 'write'});

describe.each(STORES)('with hostile keys in %s', (_, url) => {
  const cwd = mkdtempSync(join(tmpdir(), 'ratectl-stores-'));
  let store: Store;
  beforeAll(async () => {
    store = await open(url(), cwd);
  });
  afterAll(async () => {
    await store.close();
    rmSync(cwd, {recursive: true});
  });

  test('a reset of one key changes that key alone, and an undo brings it back', {
    timeout: 60_000,
  }, async () => {
    const {now} = await store.facts();
    await fill(
      store,
      LIMITS.flatMap((limit) =>
        KEYS.map((key, i) => rowOf(addressOf(limit, key, i % 2 ? '' : 'free'), i, now + 3_600_000_000)),
      ),
    );
    const before = await contentOf(store);
    expect(before.size).toBe(LIMITS.length * KEYS.length);
    const path = join(folder(), 'r');
    for (const [i, key] of KEYS.entries()) {
      const selector = parseSelector(`per-ip/${key}`, {kind: 'exact'});
      const {keys} = await perform(selectorJob(selector, {store, policy: undefined}), store, `${path}${i}`);
      expect(keys, JSON.stringify(key).slice(0, 50)).toBe(1);
      const left = new Map(before);
      left.delete(JSON.stringify(['per-ip', key, i % 2 ? '' : 'free']));
      expect(await contentOf(store)).toEqual(left);
      const receipt = receiptAt(`${path}${i}`);
      const undo = undoJob(receipt, {store, path, now, inUse: 'leave'});
      expect((await perform(undo, store, `${path}${i}u`)).keys).toBe(1);
    }
    expect(await contentOf(store)).toEqual(before);
    const {now: later} = await store.facts();
    for await (const {rows} of store.scan({keys: {kind: 'all'}}))
      for (const row of await store.read(rows.map(({address}) => address)))
        expect(Math.abs(row!.expiresAt - now - 3_600_000_000)).toBeLessThan(later - now + 1_000_000);
  });

  test('of rows that come back those that are refused are in the index of keys in trouble', async () => {
    const {now} = await store.facts();
    const policy = policyOf([{name: 'hourly', buckets: [tokenBucketSpec(20, 3_600_000_000)]}]);
    const used = (key: string, units: number): StoredRow => ({
      address: {limit: 'hourly', key, tier: '', shape: 't'},
      words: [now, units, now],
      expiresAt: now + 3_600_000_000,
    });
    await listRestored(store, new KeyRules(policy, []), [used('some', 7), used('all', 20)], now);
    const hot = (await store.hot(10)).filter(({address}) => address.limit === 'hourly');
    expect(hot).toMatchObject([{address: {key: 'all'}, shadow: false, deniedLastMinute: 0}]);
  });

  test('an override of one key holds for that key alone', async () => {
    const {now} = await store.facts();
    const note = {by: 'ada@build-7', why: 'a \u001b reason', at: now};
    for (const [i, key] of KEYS.entries()) {
      const override = {
        limit: 'per-ip',
        key,
        until: now + 3_600_000_000 + i,
        effect: {kind: 'block'},
      } as const;
      await putOverride(store, await readSlot(store, override), override, note);
    }
    const listed = await listOverrides(store);
    expect(new Set(listed.map(({key}) => key))).toEqual(new Set(KEYS));
    for (const {key, until} of listed) expect(until).toBe(now + 3_600_000_000 + KEYS.indexOf(key));
    for (const key of KEYS) await removeOverride(store, await readSlot(store, {limit: 'per-ip', key}));
    expect(await listOverrides(store)).toEqual([]);
  });

  test('an override that somebody else changed meanwhile is left as it is', async () => {
    const override = {
      limit: 'per-ip',
      key: 'a',
      until: Number.POSITIVE_INFINITY,
      effect: {kind: 'block'},
    } as const;
    const note = {by: 'ada', why: '', at: 1};
    const slot = await readSlot(store, override);
    await putOverride(store, slot, override, note);
    await expect(
      putOverride(store, slot, {...override, effect: {kind: 'exempt'}}, note),
    ).rejects.toMatchObject({exit: 4});
    const seen = await readSlot(store, override);
    await putOverride(store, seen, {...override, effect: {kind: 'exempt'}}, note);
    await expect(removeOverride(store, seen)).rejects.toMatchObject({exit: 4});
    expect(await listOverrides(store)).toMatchObject([{effect: {kind: 'exempt'}}]);
    await removeOverride(store, await readSlot(store, override));
  });
});
