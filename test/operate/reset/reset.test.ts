import {readFileSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import fc from 'fast-check';
import {describe, expect, test, vi} from 'vitest';
import {selectorJob} from '../../../src/operate/reset/selector-job.ts';
import {undoJob} from '../../../src/operate/reset/undo-job.ts';
import {parseSelector, type Selector} from '../../../src/operate/selector.ts';
import type {Store, StoredRow} from '../../../src/store/port.ts';
import {MANY_CASES_MS} from '../../support/in-time.ts';
import {
  addressOf,
  contentOf,
  fill,
  folder,
  HOSTILE_KEYS,
  memoryStore,
  NOW,
  perform,
  receiptAt,
  rowOf,
  withChange,
} from './stores.ts';

vi.setConfig({testTimeout: MANY_CASES_MS});

const LIMITS = ['per-ip', 'per-ip2', 'per'];
const TIERS = ['', 'free'];

const hostileRows = (): readonly StoredRow[] =>
  LIMITS.flatMap((limit) =>
    HOSTILE_KEYS.flatMap((key, i) => TIERS.map((tier, t) => rowOf(addressOf(limit, key, tier), 10 * i + t))),
  );

const job = (selector: Selector, store: Store) => selectorJob(selector, {store, policy: undefined});

const undo = (path: string, store: Store, inUse: 'leave' | 'replace' = 'leave', now = NOW) =>
  undoJob(receiptAt(path), {store, path, now, inUse});

describe('reset of one key', () => {
  test.each(HOSTILE_KEYS.map((key) => [JSON.stringify(key).slice(0, 40), key]))(
    '%s: all its tiers and nothing else',
    async (_, key) => {
      const store = memoryStore();
      await fill(store, hostileRows());
      const before = await contentOf(store);
      const path = join(folder(), 'r');
      const selector = parseSelector(`per-ip/${key}`, {kind: 'exact'});
      const {keys, keptCount} = await perform(job(selector, store), store, path);
      expect([keys, keptCount]).toEqual([2, 0]);
      const gone = new Set(TIERS.map((tier) => JSON.stringify(['per-ip', key, tier])));
      expect(await contentOf(store)).toEqual(new Map([...before].filter(([id]) => !gone.has(id))));
      await perform(undo(path, store), store, `${path}2`);
      expect(await contentOf(store)).toEqual(before);
    },
  );
});

describe('reset of several keys', () => {
  test.each([
    [
      'a prefix',
      'prefix',
      'per-ip/a',
      (limit: string, key: string) => limit === 'per-ip' && key.startsWith('a'),
    ],
    [
      'a prefix with a star',
      'prefix',
      'per-ip/a*',
      (limit: string, key: string) => limit === 'per-ip' && key.startsWith('a*'),
    ],
    ['a glob', 'glob', 'per-ip/a?', (limit: string, key: string) => limit === 'per-ip' && /^a.$/su.test(key)],
    ['a quoted star', 'glob', '*/a\\*', (_: string, key: string) => key === 'a*'],
    ['brackets', 'glob', 'per/[ab]', (limit: string, key: string) => limit === 'per' && key === '[ab]'],
    ['all', 'all', '', () => true],
  ] as const)('%s changes what it means and nothing else', async (_, kind, text, means) => {
    const store = memoryStore();
    await fill(store, hostileRows());
    const before = await contentOf(store);
    const path = join(folder(), 'r');
    const one = job(parseSelector(text, {kind}), store);
    const {keys: planned, shown} = await one.preview();
    expect(await contentOf(store)).toEqual(before);
    const {keys} = await perform(one, store, path);
    const left = [...before].filter(([id]) => {
      const [limit, key] = JSON.parse(id) as [string, string];
      return !means(limit, key);
    });
    expect(await contentOf(store)).toEqual(new Map(left));
    expect(keys).toBe(before.size - left.length);
    expect(planned).toBe(keys);
    expect(shown.length).toBe(Math.min(keys, 20));
    await perform(undo(path, store), store, `${path}2`);
    expect(await contentOf(store)).toEqual(before);
  });

  test('any rows, reset and undone, are as they were', async () => {
    const row = fc.record({
      limit: fc.constantFrom(...LIMITS),
      key: fc.oneof(fc.constantFrom(...HOSTILE_KEYS.slice(0, -1)), fc.string({minLength: 1, unit: 'binary'})),
      tier: fc.constantFrom(...TIERS),
      words: fc.array(
        fc.oneof(
          fc.double({noNaN: true}),
          fc.maxSafeInteger(),
          fc.constantFrom(-0, Number.POSITIVE_INFINITY),
        ),
        {minLength: 1, maxLength: 1},
      ),
    });
    const path = join(folder(), 'r');
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, {maxLength: 40}),
        fc.constantFrom('', 'a', '*'),
        async (rows, prefix) => {
          const store = memoryStore();
          await fill(
            store,
            rows.map(({limit, key, tier, words}) => ({...rowOf(addressOf(limit, key, tier), 0), words})),
          );
          const before = await contentOf(store);
          const file = `${path}${++run}`;
          await perform(job(parseSelector(`per-ip/${prefix}`, {kind: 'prefix'}), store), store, file);
          await perform(undo(file, store), store, `${file}u`);
          expect(await contentOf(store)).toEqual(before);
          // And the undo can be undone.
          await perform(undo(`${file}u`, store), store, `${file}v`);
          const left = [...before.keys()].filter((id) => {
            const [limit, key] = JSON.parse(id) as [string, string];
            return limit !== 'per-ip' || !key.startsWith(prefix);
          });
          expect([...(await contentOf(store)).keys()]).toEqual(left);
        },
      ),
      {numRuns: 60},
    );
  });
});

test('a store whose listings do not say when rows end: undo still knows', async () => {
  const store = memoryStore();
  const endless = new Proxy(store, {
    get(target, name) {
      if (name === 'scan')
        return async function* (...args: Parameters<typeof store.scan>) {
          for await (const {rows, foreign} of store.scan(...args))
            yield {rows: rows.map((row) => ({...row, expiresAt: Number.POSITIVE_INFINITY})), foreign};
        };
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const address = addressOf('per-ip', 'a');
  await fill(store, [rowOf(address, 1, NOW + 10)]);
  const path = join(folder(), 'r');
  const all = job({kind: 'all'}, endless);
  expect((await all.preview()).shown).toMatchObject([{expiresAt: NOW + 10}]);
  await perform(all, endless, path);
  await perform(undo(path, endless), endless, `${path}u`);
  expect(await store.read([address])).toMatchObject([{expiresAt: NOW + 10}]);
});

describe('while applications keep writing', () => {
  const KEYS = Array.from({length: 1_200}, (_, i) => addressOf('per-ip', `k${i}`));

  /** Before each change, somebody changes every third row of it; `times` times. */
  const disturbed = (store: Store, times: number): Store => {
    let word = 1_000_000;
    return withChange(store, async (changes) => {
      if (times-- > 0)
        await store.change(
          changes
            .filter((_, i) => i % 3 === 0)
            .map(({address}) => ({address, expected: 'any', next: rowOf(address, word++)})),
        );
      return store.change(changes);
    });
  };

  test.each([1, 4, 1_000])(
    'rows that change meanwhile are reset too, and undone to their latest state (%i times)',
    async (times) => {
      const store = memoryStore();
      await fill(
        store,
        KEYS.map((address, i) => rowOf(address, i)),
      );
      const path = join(folder(), 'r');
      const seen = new Map<string, number>();
      const noisy = withChange(disturbed(store, times), disturbed(store, times).change);
      const watched = withChange(noisy, async (changes) => {
        const answers = await noisy.change(changes);
        answers.forEach(({outcome, before}, i) => {
          if (outcome === 'done' && before !== undefined) seen.set(changes[i]!.address.key, before.words[0]!);
        });
        return answers;
      });
      const {keys, keptCount} = await perform(
        job({kind: 'prefix', limit: 'per-ip', prefix: ''}, watched),
        watched,
        path,
      );
      expect([keys, keptCount]).toEqual([1_200, 0]);
      expect((await contentOf(store)).size).toBe(0);
      expect(receiptAt(path).rows).toBe(1_200);
      await perform(undo(path, store), store, `${path}u`);
      for await (const {rows} of store.scan({keys: {kind: 'all'}}))
        for (const {address, words} of rows) expect(words[0]).toBe(seen.get(address.key));
    },
  );

  test('a row that goes meanwhile is neither reset nor brought back', async () => {
    const store = memoryStore();
    const [first, second] = [addressOf('per-ip', 'a'), addressOf('per-ip', 'b')];
    await fill(store, [rowOf(first, 1), rowOf(second, 2)]);
    const path = join(folder(), 'r');
    const hasty = withChange(store, async (changes) => {
      await store.change([{address: first, expected: 'any', next: undefined}]);
      return store.change(changes);
    });
    const {keys, keptCount} = await perform(job({kind: 'all'}, hasty), hasty, path);
    expect([keys, keptCount]).toEqual([1, 0]);
    await perform(undo(path, store), store, `${path}u`);
    expect([...(await contentOf(store)).keys()]).toEqual(['["per-ip","b",""]']);
  });

  test('the applications are told, and the index of hot keys forgets', async () => {
    const store = memoryStore();
    const address = addressOf('per-ip', 'a');
    await fill(store, [rowOf(address, 1)]);
    await store.record({limits: [], keys: [{address, denied: 3, shadow: false, until: NOW + 1_000_000}]});
    expect(await store.hot(10)).toHaveLength(1);
    const before = await store.generation();
    await perform(job({kind: 'exact', limit: 'per-ip', key: 'a'}, store), store, join(folder(), 'r'));
    expect(await store.hot(10)).toEqual([]);
    expect(await store.generation()).toBeGreaterThan(before);
  });
});

describe('a run that is cut short', () => {
  const ROWS = Array.from({length: 2_300}, (_, i) => rowOf(addressOf('per-ip', `k${i}`), i));

  test('a store that fails in the middle: what was done is said, the rest is done by the next run', async () => {
    const store = memoryStore();
    await fill(store, ROWS);
    const before = await contentOf(store);
    const path = join(folder(), 'r');
    let batch = 0;
    const failing = withChange(store, async (changes) => {
      if (++batch < 3) return store.change(changes);
      // Half of it arrives, and the answer does not.
      await store.change(changes.slice(0, 200));
      throw new Error('connection lost');
    });
    const {keys, keptCount, kept, failure} = await perform(job({kind: 'all'}, failing), failing, path);
    expect([keys, keptCount]).toEqual([1_000, 500]);
    expect(kept[0]).toMatchObject({why: 'unknown'});
    expect(failure).toEqual(new Error('connection lost'));
    expect(receiptAt(path).end).toMatchObject({done: false, keys: 1_000});
    const again = await perform(job({kind: 'all'}, store), store, `${path}2`);
    expect(again.keys).toBe(1_100);
    await perform(undo(`${path}2`, store), store, `${path}3`);
    await perform(undo(path, store), store, `${path}4`);
    expect(await contentOf(store)).toEqual(before);
  });

  test('a store that fails at once: the error itself, and no receipt is left of nothing', async () => {
    const store = memoryStore();
    const path = join(folder(), 'r');
    const broken = new Proxy(store, {
      get: (target, name) =>
        name === 'scan'
          ? () => {
              throw new Error('no store');
            }
          : Reflect.get(target, name, target),
    });
    await expect(perform(job({kind: 'all'}, broken), store, path)).rejects.toThrow('no store');
    expect(() => statSync(path)).toThrow('ENOENT');
  });

  test('killed at any byte of the receipt: run again, undo both, and all is as it was', async () => {
    const store = memoryStore();
    const few = ROWS.slice(0, 40);
    await fill(store, few);
    const before = await contentOf(store);
    const path = join(folder(), 'r');
    await perform(job({kind: 'all'}, store), store, path);
    const whole = readFileSync(path);
    const header = whole.indexOf(10) + 1;
    for (let cut = header; cut < whole.length; cut += 97) {
      writeFileSync(path, whole.subarray(0, cut));
      const receipt = receiptAt(path);
      // The receipt is ahead of the store: what it does not name was not removed.
      const named = new Set([...receipt.changes()].map(({address}) => address.key));
      await fill(store, few);
      await store.change(
        [...named].map((key) => ({address: addressOf('per-ip', key), expected: 'any', next: undefined})),
      );
      await perform(job({kind: 'all'}, store), store, `${path}-${cut}`);
      expect((await contentOf(store)).size).toBe(0);
      for (const file of [path, `${path}-${cut}`])
        await perform(undo(file, store), store, `${file}-undo-${cut}`);
      expect(await contentOf(store)).toEqual(before);
    }
  });
});
