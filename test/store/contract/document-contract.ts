import {describe, expect, test} from 'vitest';
import type {Store} from '../../../src/store/port.ts';
import {HOSTILE_KEYS} from '../../support/hostile-keys.ts';
import {HOUR, S} from '../../support/instants.ts';
import {type OnScene, START} from './scene.ts';

const FOREVER = Number.POSITIVE_INFINITY;

const idsOf = async (store: Store, kind: string): Promise<readonly string[]> =>
  (await store.list(kind)).map(({id}) => id);

const describeVersions = (on: OnScene): void => {
  test(
    'a document is read as it was put, and its version grows',
    on(async ({store}) => {
      const value = {
        effect: {kind: 'block'},
        list: [1, 0.1, null, true],
        text: 'a\u0000b \u001b \ud83d\ude00',
      };
      expect(await store.get('override', 'a')).toBeUndefined();
      const first = {id: 'a', version: 1, expiresAt: FOREVER, value};
      expect(await store.put('override', 'a', value)).toEqual(first);
      expect(await store.get('override', 'a')).toEqual(first);
      const second = {id: 'a', version: 2, expiresAt: START + HOUR, value: null};
      expect(await store.put('override', 'a', null, {expiresAt: START + HOUR})).toEqual(second);
      expect(await store.get('override', 'a')).toEqual(second);
      expect(await store.put('override', 'a', 'text')).toMatchObject({version: 3, expiresAt: FOREVER});
    }),
  );

  test(
    'ifVersion refuses to replace another version',
    on(async ({store}) => {
      expect(await store.put('policy', 'p', 1, {ifVersion: 1})).toBeUndefined();
      expect(await store.put('policy', 'p', 1, {ifVersion: 0})).toMatchObject({version: 1});
      expect(await store.put('policy', 'p', 2, {ifVersion: 0})).toBeUndefined();
      expect(await store.put('policy', 'p', 2, {ifVersion: 2})).toBeUndefined();
      expect(await store.get('policy', 'p')).toMatchObject({version: 1, value: 1});
      expect(await store.put('policy', 'p', 2, {ifVersion: 1})).toMatchObject({version: 2, value: 2});
    }),
  );

  test(
    'of twenty that replace the same version at once one succeeds',
    on(async ({store}) => {
      const puts = Array.from({length: 20}, (_, i) => store.put('policy', 'p', i, {ifVersion: 0}));
      expect((await Promise.all(puts)).filter((put) => put !== undefined)).toHaveLength(1);
    }),
  );

  test(
    'remove says whether there was one, of that version',
    on(async ({store}) => {
      expect(await store.remove('policy', 'p')).toBe(false);
      await store.put('policy', 'p', 1);
      expect(await store.remove('policy', 'p', 2)).toBe(false);
      expect(await store.remove('policy', 'p', 1)).toBe(true);
      expect(await store.get('policy', 'p')).toBeUndefined();
      await store.put('policy', 'p', 1, {ifVersion: 0});
      expect(await store.remove('policy', 'p')).toBe(true);
      expect(await store.list('policy')).toEqual([]);
    }),
  );
};

const describeLists = (on: OnScene): void => {
  test(
    'one that has ended is as if it were not there',
    on(async ({store, clock}) => {
      await store.put('override', 'a', 1, {expiresAt: START + S});
      await store.put('override', 'b', 1);
      clock.now += S - 1;
      expect(await idsOf(store, 'override')).toEqual(['a', 'b']);
      clock.now += 1;
      expect(await idsOf(store, 'override')).toEqual(['b']);
      expect(await store.get('override', 'a')).toBeUndefined();
      expect(await store.remove('override', 'a')).toBe(false);
      expect(await store.put('override', 'a', 2, {ifVersion: 0})).toMatchObject({value: 2});
    }),
  );

  test(
    'list gives all of a kind by id, and nothing of other kinds',
    on(async ({store}) => {
      for (const id of ['b', 'a', 'Z', 'a:b', '10', '9']) await store.put('override', id, {id});
      await store.put('overrides', 'c', 1);
      await store.put('over', 'd', 1);
      const documents = await store.list('override');
      expect(documents.map(({id}) => id)).toEqual(['10', '9', 'Z', 'a', 'a:b', 'b']);
      expect(documents.map(({value}) => value)).toEqual(documents.map(({id}) => ({id})));
      expect(await store.list('none')).toEqual([]);
    }),
  );

  test(
    'ids and values may be anything: hostile ones are kept exactly',
    on(async ({store}) => {
      for (const key of HOSTILE_KEYS) await store.put('override', key, {key});
      const documents = await store.list('override');
      expect(documents.map(({id}) => id).sort()).toEqual([...HOSTILE_KEYS].sort());
      for (const key of HOSTILE_KEYS)
        expect(await store.get('override', key)).toMatchObject({id: key, value: {key}});
    }),
  );

  test(
    'a thousand of a kind are listed',
    on(async ({store}) => {
      for (let i = 0; i < 1_000; i += 50)
        await Promise.all(Array.from({length: 50}, (_, n) => store.put('override', `${i + n}`, i + n)));
      expect(await store.list('override')).toHaveLength(1_000);
    }),
  );
};

export const describeDocuments = (on: OnScene): void => {
  describe('documents', () => {
    describeVersions(on);
    describeLists(on);
  });
};
