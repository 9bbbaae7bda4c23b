import {execFile} from 'node:child_process';
import {setTimeout as sleep} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import {describe, expect, test} from 'vitest';
import {ControlLoop} from '../../../src/guard/control/control-loop.ts';
import type {ControlNews} from '../../../src/guard/control/control-states.ts';
import type {ControlStore} from '../../../src/guard/control/shared-control.ts';
import {
  clearManualMode,
  listAdaptive,
  listLoads,
  readDegradation,
  setManualMode,
} from '../../../src/store/control-document.ts';
import {EVENT_JOURNAL} from '../../../src/store/event-journal.ts';
import {MemoryStore} from '../../../src/store/memory/memory-store.ts';
import {StoreError} from '../../../src/store/store-error.ts';
import {MS, S} from '../../support/instants.ts';
import {RunningTime} from '../process-time.ts';
import {ManualClock, until} from '../support.ts';
import {ADAPTIVE, EVERY, loopFor, policyWith, SetLoad} from './control-support.ts';

const BY = {by: 'ada@ops-1', reason: 'drill'};
const LOST = new StoreError('gone', {kind: 'unreachable', url: 'redis://x', hint: 'wait'});

/** A store that can be taken away, and how it is asked. */
const shared = (clock?: () => number) => {
  const store = new MemoryStore({access: 'write', ...(clock && {clock})});
  const link = {
    store,
    lost: false,
    asked: 0,
    call: <T>(ask: (store: ControlStore) => Promise<T>): Promise<T> => {
      link.asked++;
      return link.lost ? Promise.reject(LOST) : ask(store);
    },
  };
  return link;
};

describe('control in one process, without a store', () => {
  test('shrinks what the policy names under load, and gives it back', async () => {
    const {loop, load} = await loopFor({policy: policyWith({degradation: undefined})});
    expect([loop.shareOfLimit('per-tenant'), loop.shareOfPool('api'), loop.shareOfLimit('other')]).toEqual([
      1, 1, 1,
    ]);
    load.cpu = 1;
    await until(() => loop.shareOfLimit('per-tenant') < 0.8);
    expect(loop.shareOfPool('api')).toBe(loop.shareOfLimit('per-tenant'));
    expect(loop.shareOfLimit('other')).toBe(1);
    expect(loop.limitShares()).toEqual(new Map([['per-tenant', loop.shareOfLimit('per-tenant')]]));
    load.cpu = 0.2;
    await until(() => loop.shareOfLimit('per-tenant') === 1);
    expect(loop.mode()).toEqual({mode: 'normal', manual: undefined, until: Number.POSITIVE_INFINITY});
  });

  test('makes a step per interval, not more and not fewer', async () => {
    const {loop, load} = await loopFor({
      policy: policyWith({adaptive: [{...ADAPTIVE, floor: 0.01}], degradation: undefined}),
    });
    load.cpu = 1;
    await until(() => loop.shareOfLimit('per-tenant') < 1);
    const before = Math.log(loop.shareOfLimit('per-tenant')) / Math.log(0.9);
    const [time, began] = [new RunningTime(), performance.now()];
    await until(() => time.ms > (10 * EVERY) / MS);
    const steps = Math.log(loop.shareOfLimit('per-tenant')) / Math.log(0.9) - before;
    expect(steps).toBeGreaterThan(6);
    expect(steps).toBeLessThan(((performance.now() - began) * MS) / EVERY + 1.5);
  });

  test('the smallest share counts where several entries are about one limit', async () => {
    const slow = {...ADAPTIVE, name: 'slow', pools: [], floor: 0.9};
    const {loop, load} = await loopFor({
      policy: policyWith({adaptive: [ADAPTIVE, slow], degradation: undefined}),
    });
    load.cpu = 1;
    await until(() => loop.shareOfPool('api') === 0.5);
    expect(loop.shareOfLimit('per-tenant')).toBe(0.5);
  });

  test('enters a mode and leaves it, and tells what is in force', async () => {
    const news: ControlNews[] = [];
    const {loop, load} = await loopFor({
      policy: policyWith({adaptive: []}),
      onChange: (all) => news.push(...all),
    });
    load.cpu = 1.3;
    await until(() => loop.mode().mode === 'essential-only');
    load.cpu = 0.1;
    await until(() => loop.mode().mode === 'normal');
    expect(news).toEqual([
      {kind: 'mode', from: 'normal', to: 'essential-only', manual: false},
      {kind: 'mode', from: 'essential-only', to: 'shed-low', manual: false},
      {kind: 'mode', from: 'shed-low', to: 'normal', manual: false},
    ]);
  });

  test('what the listener throws is ignored', async () => {
    const {loop, load} = await loopFor({
      onChange: () => {
        throw new Error('from the application');
      },
    });
    load.cpu = 1;
    await until(() => loop.shareOfLimit('per-tenant') === 0.5);
  });

  test('passes on what was completed, and of a policy without control does nothing', async () => {
    const load = new SetLoad();
    const loop = new ControlLoop({policy: {adaptive: [], degradation: undefined}, load});
    await loop.start();
    loop.observe(5 * MS);
    expect(load.observed).toEqual([5 * MS]);
    expect(loop.mode().mode).toBe('normal');
    await loop.close();
    await loop.close();
  });

  test('never keeps a process alive', {timeout: 60_000}, async () => {
    const module = fileURLToPath(new URL('../../../src/guard/control/control-loop.ts', import.meta.url));
    const policy = JSON.stringify(policyWith());
    const script = `const {ControlLoop} = await import(${JSON.stringify(module)}); await new ControlLoop({policy: ${policy}}).start();`;
    await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {timeout: 45_000});
  });
});

describe('control with a store', () => {
  test('begins with what is in force elsewhere', async () => {
    const {store, call} = shared();
    await setManualMode(store, {mode: 'shed-low', ...BY});
    await store.put('adaptive', 'protect', {
      share: 0.7,
      longTerm: 0,
      samples: 0,
      steppedAt: await store.now(),
      pressure: 1,
      signal: 'cpu',
    });
    const {loop} = await loopFor({call});
    expect(loop.mode()).toMatchObject({mode: 'shed-low', manual: BY});
    expect(loop.shareOfLimit('per-tenant')).toBe(0.7);
  });

  test('hears at once of a mode that is set by hand, of one that is cleared, and of its end', async () => {
    const clock = new ManualClock();
    const {store, call} = shared(clock.read);
    // Only what is announced can be heard: the next interval is a minute away.
    const policy = policyWith({adaptive: [], degradation: {...policyWith().degradation!, every: 60 * S}});
    const news: ControlNews[] = [];
    const {loop} = await loopFor({
      ...{policy, call, monotonic: clock.read},
      onChange: (all) => news.push(...all),
    });
    const within = async (ms: number, holds: () => boolean): Promise<void> => {
      const time = new RunningTime();
      await until(holds);
      expect(time.ms).toBeLessThan(ms);
    };
    await setManualMode(store, {mode: 'closed', ...BY});
    await within(500, () => loop.mode().mode === 'closed');
    await clearManualMode(store);
    await within(500, () => loop.mode().mode === 'normal');
    await setManualMode(store, {mode: 'essential-only', ...BY, lasts: 300 * MS});
    await within(500, () => loop.mode().mode === 'essential-only');
    clock.advance(300 * MS);
    await within(1_000, () => news.length === 4);
    expect(news).toEqual([
      {kind: 'mode', from: 'normal', to: 'closed', manual: true},
      {kind: 'mode', from: 'closed', to: 'normal', manual: false},
      {kind: 'mode', from: 'normal', to: 'essential-only', manual: true},
      {kind: 'mode', from: 'essential-only', to: 'normal', manual: false},
    ]);
  });

  test('a mode set by hand holds under pressure, `normal` too', async () => {
    const {store, call} = shared();
    const {loop, load} = await loopFor({call});
    await setManualMode(store, {mode: 'normal', ...BY});
    load.cpu = 3;
    await until(async () => (await readDegradation(store)).mode === 'closed');
    expect(loop.mode()).toMatchObject({mode: 'normal', manual: BY});
    await clearManualMode(store);
    await until(() => loop.mode().mode === 'closed');
  });

  test('writes down when the rules change the mode', async () => {
    const {store, call} = shared();
    const {loop, load} = await loopFor({call});
    load.cpu = 1.3;
    await until(() => loop.mode().mode === 'essential-only');
    const events = await store.latest(EVENT_JOURNAL, 10);
    expect(events.map(({value}) => value)).toEqual([
      {
        kind: 'degradation-changed',
        subject: 'essential-only',
        note: 'normal → essential-only, cpu at 130 % of its target',
      },
    ]);
  });

  test('says what it measured until it is closed', async () => {
    const {store, call} = shared();
    const {loop} = await loopFor({call, instance: 'api-1'});
    let loads = await listLoads(store);
    await until(async () => {
      loads = await listLoads(store);
      return loads.length === 1;
    });
    expect(loads).toMatchObject([{instance: 'api-1', sample: {cpu: 0.1}}]);
    await loop.close();
    expect(await listLoads(store)).toEqual([]);
  });

  test('goes on alone while the store is lost; what it shrank meanwhile comes back in steps', async () => {
    const link = shared();
    const {store, call} = link;
    const shares: number[] = [];
    const {loop, load} = await loopFor({
      call,
      policy: policyWith({degradation: undefined}),
      onChange: (all) =>
        shares.push(...all.flatMap((one) => (one.kind === 'share' && one.of === 'limit' ? [one.to] : []))),
    });
    await until(async () => (await listAdaptive(store)).length === 1);
    link.lost = true;
    load.cpu = 1;
    await until(() => loop.shareOfLimit('per-tenant') === 0.5);
    expect((await listAdaptive(store))[0]!.state.share).toBe(1);
    link.lost = false;
    // News do not end it before its time either.
    loop.hear();
    load.cpu = 0.1;
    await until(() => loop.shareOfLimit('per-tenant') === 1);
    const back = shares.slice(shares.indexOf(0.5) + 1);
    expect(back.length).toBeGreaterThanOrEqual(9);
    expect(back.every((share, i) => share - (back[i - 1] ?? 0.5) < 0.07)).toBe(true);
    expect((await listAdaptive(store))[0]!.state.share).toBe(1);
  });

  test('… and a mode that it entered alone is left by the rules, not by the store', async () => {
    const link = shared();
    const news: ControlNews[] = [];
    const {loop, load} = await loopFor({
      call: link.call,
      policy: policyWith({adaptive: []}),
      onChange: (all) => news.push(...all),
    });
    await until(() => link.asked > 3);
    link.lost = true;
    load.cpu = 2;
    await until(() => loop.mode().mode === 'closed');
    link.lost = false;
    load.cpu = 0;
    await until(() => loop.mode().mode === 'normal');
    expect(news.map((one) => (one.kind === 'mode' ? one.to : ''))).toEqual([
      'closed',
      'essential-only',
      'shed-low',
      'normal',
    ]);
  });

  test('asks nothing once it is closed', async () => {
    const link = shared();
    const {loop} = await loopFor({call: link.call});
    await loop.close();
    const {asked} = link;
    loop.hear();
    await sleep((3 * EVERY) / MS);
    expect(link.asked).toBe(asked);
  });
});
