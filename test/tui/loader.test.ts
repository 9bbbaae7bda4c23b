import {setTimeout as sleep} from 'node:timers/promises';
import {describe, expect, onTestFinished, test} from 'vitest';
import {RatectlError} from '../../src/base/ratectl-error.ts';
import type {Connect} from '../../src/tui/data/connection.ts';
import {type ExplainedKey, Loader, type LoaderOptions} from '../../src/tui/data/loader.ts';
import type {Look} from '../../src/tui/data/look.ts';
import {LiveState, queryOf} from '../operate/live-state.ts';
import {PATIENTLY} from '../support/in-time.ts';

interface Seen {
  readonly loader: Loader;
  readonly looks: Look[];
  readonly lost: string[];
  readonly explained: (readonly [ExplainedKey, unknown])[];
  readonly ended: Promise<unknown>;
}

const connectTo =
  (state: LiveState): Connect =>
  (context, use) =>
    use({
      source: {...state.source, store: state.store},
      contextName: context ?? null,
      readOnly: false,
      production: false,
      warnings: [],
    });

const started = (connect: Connect, more: Partial<LoaderOptions> = {}): Seen => {
  const looks: Look[] = [];
  const lost: string[] = [];
  const explained: (readonly [ExplainedKey, unknown])[] = [];
  const loader = new Loader({
    connect,
    query: queryOf(),
    interval: 20,
    now: () => performance.now(),
    events: {
      looked: (look) => looks.push(look),
      lost: (reason) => lost.push(reason),
      explained: (key, answer) => explained.push([key, answer]),
    },
    ...more,
  });
  const ended = loader.run();
  ended.catch(() => undefined);
  onTestFinished(() => loader.stop());
  return {loader, looks, lost, explained, ended};
};

const until = async (holds: () => boolean): Promise<void> => {
  await expect.poll(holds, PATIENTLY).toBe(true);
};

/** A store that answers when it is told to. */
const slowState = (): {
  readonly state: LiveState;
  readonly most: () => number;
  readonly ms: (ms: number) => void;
  /** When each question began and ended, ms. */
  readonly times: readonly (readonly [from: number, to: number])[];
} => {
  const state = new LiveState();
  let under = 0;
  let most = 0;
  let wait = 0;
  const times: (readonly [number, number])[] = [];
  const facts = state.store.facts.bind(state.store);
  state.store.facts = async () => {
    most = Math.max(most, ++under);
    const from = performance.now();
    await sleep(wait);
    times.push([from, performance.now()]);
    under--;
    return facts();
  };
  return {
    state,
    most: () => most,
    times,
    ms: (ms) => {
      wait = ms;
    },
  };
};

describe('looking', () => {
  test('goes on at the interval, and ends when it is told to', async () => {
    const {loader, looks, ended} = started(connectTo(new LiveState()));
    await until(() => looks.length >= 3);
    expect(looks.map(({number}) => number)).toEqual(looks.map((_, i) => i + 1));
    loader.stop();
    await ended;
    const count = looks.length;
    await sleep(60);
    expect(looks).toHaveLength(count);
  });

  test('asks one thing at a time, however often somebody asks for more', async () => {
    const {state, most, ms} = slowState();
    ms(15);
    const {loader, looks} = started(connectTo(state), {interval: 1});
    for (let i = 0; i < 20; i++) {
      loader.refresh();
      loader.explain({limit: 'per-ip', key: String(i)});
      await sleep(3);
    }
    await until(() => looks.length >= 3);
    expect(most()).toBe(1);
  });

  test('rests as long as a slow store took', async () => {
    const {state, ms, times} = slowState();
    ms(100);
    const {looks} = started(connectTo(state), {interval: 10});
    await until(() => looks.length >= 4);
    for (const [i, [from]] of times.slice(1).entries()) {
      const [began, ended] = times[i]!;
      // Timers count whole milliseconds.
      expect(from - ended).toBeGreaterThanOrEqual(ended - began - 2);
    }
  });

  test('stands still while it is paused, but for what is asked for', async () => {
    const {loader, looks, explained} = started(connectTo(new LiveState()));
    await until(() => looks.length >= 1);
    loader.pause();
    await sleep(40);
    const count = looks.length;
    await sleep(80);
    expect(looks).toHaveLength(count);
    loader.explain({limit: 'per-ip', key: 'a'});
    await until(() => explained.length === 1);
    expect(looks).toHaveLength(count);
    loader.refresh();
    await until(() => looks.length === count + 1);
    loader.resume();
    await until(() => looks.length > count + 2);
  });

  test('a key of a limit that is gone is a problem of that key, and no loss', async () => {
    const {loader, looks, lost, explained} = started(connectTo(new LiveState()));
    loader.explain({limit: 'gone', key: 'a'});
    await until(() => explained.length > 0);
    expect(explained[0]![1]).toMatchObject({problem: expect.stringContaining('unknown limit "gone"')});
    const count = looks.length;
    await until(() => looks.length > count);
    expect(lost).toEqual([]);
  });
});

describe('a store that cannot be reached', () => {
  const refused = (): RatectlError =>
    new RatectlError('cannot connect', {code: 'store/unreachable', exit: 3});

  test('ends the run when there was no look yet', async () => {
    const {ended} = started(() => Promise.reject(refused()));
    await expect(ended).rejects.toThrow('cannot connect');
  });

  test('is told, tried again at the interval, and found again', async () => {
    const state = new LiveState();
    let broken = false;
    const facts = state.store.facts.bind(state.store);
    state.store.facts = () => (broken ? Promise.reject(refused()) : facts());
    const {looks, lost} = started(connectTo(state));
    await until(() => looks.length >= 1);
    broken = true;
    await until(() => lost.length >= 2);
    const count = looks.length;
    broken = false;
    await until(() => looks.length > count);
    expect(lost[0]).toBe('cannot connect');
  });

  test('is asked again at once for who presses refresh, and not without end', async () => {
    const state = new LiveState();
    let tries = 0;
    let broken = false;
    const facts = state.store.facts.bind(state.store);
    state.store.facts = () => {
      tries++;
      return broken ? Promise.reject(refused()) : facts();
    };
    const {loader, looks, lost} = started(connectTo(state), {interval: 5_000});
    await until(() => looks.length === 1);
    broken = true;
    loader.refresh();
    await until(() => lost.length === 1);
    const before = tries;
    loader.refresh();
    await until(() => tries === before + 1);
    await sleep(50);
    expect(tries).toBe(before + 1);
  });

  test('what is no fault of the store ends the run', async () => {
    const state = new LiveState();
    const {looks, ended} = started(connectTo(state));
    await until(() => looks.length >= 1);
    state.store.facts = () => Promise.reject(new TypeError('a bug'));
    await expect(ended).rejects.toThrow('a bug');
  });
});

test('another context: looks of the one before are not told any more', async () => {
  const contexts: (string | undefined)[] = [];
  const state = new LiveState();
  const {loader, looks} = started((context, use) => {
    contexts.push(context);
    return connectTo(state)(context, use);
  });
  await until(() => looks.length >= 1);
  loader.switchTo('staging');
  const count = looks.length;
  await until(() => looks.length > count + 1);
  expect(contexts).toEqual([undefined, 'staging']);
  expect(looks.slice(count).every(({contextName}) => contextName === 'staging')).toBe(true);
});
