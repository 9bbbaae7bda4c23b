/** Hearing of announcements, and the store's clock. */
import {setTimeout} from 'node:timers/promises';
import {describe, expect, test} from 'vitest';
import type {Store} from '../../../src/store/port.ts';
import {expectHeardInTime, expectInTime, msUntilHeard, PATIENTLY} from '../../support/in-time.ts';
import {S} from '../../support/instants.ts';
import {type OnScene, START} from './scene.ts';

/** News comes within this time, ms. */
const SOON = 2_000;
/** News of a topic comes within this time, ms: far below what stores ask for by themselves. */
const AT_ONCE = 400;
/** Longer than any store that asks waits between two questions, ms. */
const QUIET = 1_200;

/** Counts news from now on. */
const listenTo = async (
  store: Store,
  topic?: string,
): Promise<{readonly heard: () => number; stop(): Promise<void>}> => {
  let count = 0;
  const stop = await store.listen(() => {
    count++;
  }, topic);
  return {heard: () => count, stop};
};

/** Waits until something holds. How soon that is, is what the first test of news and of topics is about. */
const until = (holds: () => boolean): Promise<void> => expect.poll(holds, PATIENTLY).toBe(true);

export const describeNews = (on: OnScene): void => {
  describe('news', () => {
    test(
      'whoever listens hears within two seconds that another handle announced, again and again',
      on(async ({store, another}) => {
        const other = await another();
        const {heard, stop} = await listenTo(store);
        await expectHeardInTime(SOON, () => other.announce(), heard, 3);
        await stop();
      }),
    );

    test(
      'all who listen hear, also with the same handle, and also of what they announced themselves',
      on(async ({store, another}) => {
        const other = await another();
        const listeners = [await listenTo(store), await listenTo(store), await listenTo(other)];
        await store.announce();
        await until(() => listeners.every(({heard}) => heard() > 0));
        await Promise.all(listeners.map(({stop}) => stop()));
      }),
    );

    test(
      'whoever has stopped hears nothing, and others go on hearing',
      on(async ({store, another}) => {
        const other = await another();
        const [gone, stays] = [await listenTo(store), await listenTo(store)];
        await gone.stop();
        await gone.stop();
        await other.announce();
        await until(() => stays.heard() > 0);
        await setTimeout(QUIET);
        expect(gone.heard()).toBe(0);
        await stays.stop();
        // Listening anew begins afresh.
        const anew = await listenTo(store);
        await other.announce();
        await until(() => anew.heard() > 0);
        await anew.stop();
      }),
    );

    test(
      'what was announced before is no news, and where nobody announces there is none',
      on(async ({store, another}) => {
        const earlier = await listenTo(await another());
        await store.announce();
        // A server may still be on its way to tell of it.
        await until(() => earlier.heard() > 0);
        const {heard, stop} = await listenTo(store);
        await setTimeout(QUIET);
        expect(heard()).toBe(0);
        await Promise.all([stop(), earlier.stop()]);
      }),
    );

    test(
      'a listener that throws takes nothing from the others',
      on(async ({store}) => {
        const stop = await store.listen(() => {
          throw new Error('a listener’s fault');
        });
        const {heard, stop: stopOther} = await listenTo(store);
        await store.announce();
        await until(() => heard() > 0);
        await store.announce();
        await until(() => heard() > 1);
        await Promise.all([stop(), stopOther()]);
      }),
    );

    test(
      'closing ends listening, and stopping afterwards does no harm',
      on(async ({place, clock}) => {
        const own = await place.open({clock: () => clock.now});
        const {heard, stop} = await listenTo(own);
        await own.close();
        await setTimeout(50);
        expect(heard()).toBe(0);
        await stop();
      }),
    );
  });

  describe('topics', () => {
    test(
      'whoever listens to a topic hears at once that it was notified, by its own handle and by another one',
      on(async ({store, another}) => {
        const other = await another();
        const {heard, stop} = await listenTo(store, 'pool api');
        for (const from of [store, other, store, other])
          await expectInTime(AT_ONCE, () => msUntilHeard(() => from.notify('pool api'), heard));
        await stop();
      }),
    );

    test(
      'a topic is heard by those who listen to it, and by nobody else; the generation does not grow',
      on(async ({store, another}) => {
        const other = await another();
        const generation = await store.generation();
        const [topic, second, elsewhere] = [
          await listenTo(store, 'a b:c'),
          await listenTo(other, 'a b:c'),
          await listenTo(store, 'a b'),
        ];
        const news = await listenTo(store);
        await other.notify('a b:c');
        await until(() => topic.heard() > 0 && second.heard() > 0);
        await setTimeout(QUIET);
        expect(elsewhere.heard()).toBe(0);
        expect(news.heard()).toBe(0);
        expect(await store.generation()).toBe(generation);
        await Promise.all([topic, second, elsewhere, news].map(({stop}) => stop()));
      }),
    );

    test(
      'an announcement is none of a topic’s business',
      on(async ({store, another}) => {
        const other = await another();
        const {heard, stop} = await listenTo(store, 'quiet');
        await other.announce();
        await setTimeout(QUIET);
        expect(heard()).toBe(0);
        await stop();
      }),
    );

    test(
      'whoever has stopped hears nothing, and may listen anew',
      on(async ({store, another}) => {
        const other = await another();
        const [gone, stays] = [await listenTo(store, 'topic'), await listenTo(store, 'topic')];
        await gone.stop();
        await gone.stop();
        await other.notify('topic');
        await until(() => stays.heard() > 0);
        expect(gone.heard()).toBe(0);
        await stays.stop();
        const anew = await listenTo(store, 'topic');
        await other.notify('topic');
        await until(() => anew.heard() > 0);
        await anew.stop();
      }),
    );

    test(
      'closing ends listening to topics',
      on(async ({place, clock, store}) => {
        const own = await place.open({clock: () => clock.now});
        const {heard, stop} = await listenTo(own, 'topic');
        await own.close();
        // The memory store has one handle.
        await store.notify('topic').catch(() => undefined);
        await setTimeout(100);
        expect(heard()).toBe(0);
        await stop();
      }),
    );
  });

  describe('the clock', () => {
    test(
      'now is the store’s clock',
      on(async ({store, clock}) => {
        expect(await store.now()).toBe(START);
        clock.now += S + 1;
        expect(await store.now()).toBe(START + S + 1);
        expect((await store.facts()).now).toBe(START + S + 1);
      }),
    );

    test(
      'without another clock now is the time of day in whole µs, and never goes back',
      on(async ({place}) => {
        const store = await place.open();
        const before = Date.now() * 1_000;
        const instants: number[] = [];
        for (let i = 0; i < 50; i++) instants.push(await store.now());
        await store.close();
        const after = Date.now() * 1_000;
        expect(instants.every(Number.isSafeInteger)).toBe(true);
        expect(instants).toEqual([...instants].sort((a, b) => a - b));
        expect(instants[0]!).toBeGreaterThan(before - 10 * S);
        expect(instants[0]!).toBeLessThan(after + 10 * S);
      }),
    );
  });
};
