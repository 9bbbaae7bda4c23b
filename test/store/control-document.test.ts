import {describe, expect, test} from 'vitest';
import {idleAdaptive} from '../../src/engine/control/adaptive.ts';
import {modeAt, NO_END, normalDegradation} from '../../src/engine/control/degradation.ts';
import {
  ADAPTIVE_KIND,
  changeAdaptive,
  changeDegradation,
  clearManualMode,
  DEGRADATION_ID,
  DEGRADATION_KIND,
  LOAD_KIND,
  listAdaptive,
  listLoads,
  putLoad,
  readDegradation,
  setManualMode,
} from '../../src/store/control-document.ts';
import type {Store} from '../../src/store/port.ts';
import {STORE_OPENERS} from '../conformance/stores/openers.ts';
import {MINUTE, S} from '../support/instants.ts';

const START = 1_767_614_400_000_000;
const SAMPLE = {cpu: 0.5, memory: undefined, eventLoop: 12.5, responseTime: undefined};
const BY = {by: 'ada@ops-1', reason: 'drill'};

/** A store, and its clock. */
const on =
  (kind: string, work: (store: Store, clock: {now: number}) => Promise<void>) => async (): Promise<void> => {
    const clock = {now: START};
    const {store, close} = await STORE_OPENERS[kind]!({clock: () => clock.now});
    try {
      await work(store, clock);
    } finally {
      await close();
    }
  };

describe.each(Object.keys(STORE_OPENERS))('control in a store: %s', (kind) => {
  test(
    'adaptive states are changed one by one, and listed by name',
    on(kind, async (store) => {
      await changeAdaptive(store, 'b', (state, now) => ({...state, share: 0.9, steppedAt: now}));
      const {before, after} = await changeAdaptive(store, 'a', (state) => ({
        ...state,
        share: 0.5,
        signal: 'cpu',
      }));
      expect(before).toEqual(idleAdaptive);
      expect(await listAdaptive(store)).toEqual([
        {name: 'a', state: after},
        {name: 'b', state: {...idleAdaptive, share: 0.9, steppedAt: START}},
      ]);
    }),
  );

  test(
    'of several that change a state at once each sees what the others did',
    on(kind, async (store) => {
      const halve = () => changeAdaptive(store, 'a', (state) => ({...state, share: state.share / 2}));
      await Promise.all(Array.from({length: 6}, halve));
      expect((await listAdaptive(store))[0]!.state.share).toBe(1 / 64);
    }),
  );

  test(
    'a decision that changes nothing writes nothing',
    on(kind, async (store) => {
      await changeDegradation(store, (state) => state);
      expect(await store.list(DEGRADATION_KIND)).toEqual([]);
    }),
  );

  test(
    'what processes measured ends after three intervals without a sign of life',
    on(kind, async (store, clock) => {
      await putLoad(store, {instance: 'one', sample: SAMPLE, at: START}, 5 * S);
      clock.now += 10 * S;
      await putLoad(store, {instance: 'other', sample: {...SAMPLE, cpu: 1}, at: clock.now}, 5 * S);
      expect(await listLoads(store)).toEqual([
        {instance: 'one', sample: SAMPLE, at: START},
        {instance: 'other', sample: {...SAMPLE, cpu: 1}, at: START + 10 * S},
      ]);
      clock.now += 5 * S;
      expect((await listLoads(store)).map(({instance}) => instance)).toEqual(['other']);
    }),
  );

  test(
    'a mode is set by hand for a while, or until it is cleared; everybody is told, and the rules stay as they were',
    on(kind, async (store, clock) => {
      await changeDegradation(store, (state) => ({...state, mode: 'shed-low', since: 5}));
      const generation = await store.generation();
      const set = await setManualMode(store, {mode: 'closed', ...BY, lasts: MINUTE});
      expect(set).toEqual({mode: 'closed', ...BY, at: START, until: START + MINUTE});
      expect(await readDegradation(store)).toEqual({
        ...normalDegradation,
        mode: 'shed-low',
        since: 5,
        manual: set,
      });
      expect(await store.generation()).toBeGreaterThan(generation);

      const other = await setManualMode(store, {mode: 'normal', ...BY});
      expect(other.until).toBe(NO_END);
      expect(modeAt(await readDegradation(store), START)).toMatchObject({mode: 'normal', manual: other});

      const told = await store.generation();
      expect(await clearManualMode(store)).toEqual(other);
      expect(await store.generation()).toBeGreaterThan(told);
      expect(modeAt(await readDegradation(store), clock.now)).toMatchObject({
        mode: 'shed-low',
        manual: undefined,
      });
      expect(await clearManualMode(store)).toBeUndefined();
    }),
  );

  test(
    'a mode whose time is over is none that can be cleared',
    on(kind, async (store, clock) => {
      await setManualMode(store, {mode: 'closed', ...BY, lasts: S});
      clock.now += S;
      expect(await clearManualMode(store)).toBeUndefined();
      expect((await readDegradation(store)).manual).toBeUndefined();
    }),
  );

  test(
    'what somebody else wrote there counts as nothing, and is written over',
    on(kind, async (store) => {
      await store.put(ADAPTIVE_KIND, 'a', {share: 7});
      await store.put(DEGRADATION_KIND, DEGRADATION_ID, 'closed');
      await store.put(LOAD_KIND, 'x', {sample: {cpu: 'all'}, at: 1});
      expect(await listAdaptive(store)).toEqual([]);
      expect(await readDegradation(store)).toEqual(normalDegradation);
      expect(await listLoads(store)).toEqual([]);
      await changeAdaptive(store, 'a', (state) => ({...state, share: 0.5}));
      expect(await listAdaptive(store)).toMatchObject([{name: 'a', state: {share: 0.5}}]);
    }),
  );
});
