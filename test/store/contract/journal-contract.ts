import {describe, expect, test} from 'vitest';
import type {JournalEntry} from '../../../src/store/port.ts';
import {S} from '../../support/instants.ts';
import {type OnScene, START} from './scene.ts';

const values = (entries: readonly JournalEntry[]): unknown[] => entries.map(({value}) => value);

export const describeJournals = (on: OnScene): void => {
  describe('journals', () => {
    test(
      'latest gives the newest first, as many as asked',
      on(async ({store}) => {
        expect(await store.latest('audit', 10)).toEqual([]);
        await store.append('audit', ['one', {two: '\u0000\u001b'}]);
        await store.append('audit', [[3]]);
        await store.append('events', ['other']);
        await store.append('audit', []);
        expect(values(await store.latest('audit', 10))).toEqual([[3], {two: '\u0000\u001b'}, 'one']);
        expect(values(await store.latest('audit', 2))).toEqual([[3], {two: '\u0000\u001b'}]);
        expect(values(await store.latest('events', 10))).toEqual(['other']);
      }),
    );

    test(
      'entries carry the store’s time and an id of their own',
      on(async ({store, clock}) => {
        await store.append('audit', [1, 2]);
        clock.now += S;
        await store.append('audit', [3]);
        const entries = await store.latest('audit', 10);
        expect(entries.map(({at}) => at)).toEqual([START + S, START, START]);
        expect(new Set(entries.map(({id}) => id)).size).toBe(3);
      }),
    );

    test(
      'since leaves out what is older',
      on(async ({store, clock}) => {
        for (let i = 0; i < 5; i++) {
          await store.append('audit', [i]);
          clock.now += S;
        }
        expect(values(await store.latest('audit', 10, START + 3 * S))).toEqual([4, 3]);
        expect(values(await store.latest('audit', 1, START + 3 * S))).toEqual([4]);
        expect(await store.latest('audit', 10, START + 5 * S)).toEqual([]);
      }),
    );

    test(
      'at least the last 10,000 entries are kept',
      on(async ({store}) => {
        for (let i = 0; i < 12_000; i += 1_000)
          await store.append(
            'audit',
            Array.from({length: 1_000}, (_, n) => i + n),
          );
        const entries = values(await store.latest('audit', 10_000));
        expect(entries).toEqual(Array.from({length: 10_000}, (_, i) => 11_999 - i));
      }),
    );
  });
};
