import {type ChildProcess, spawn} from 'node:child_process';
import {randomUUID} from 'node:crypto';
import {once} from 'node:events';
import {join} from 'node:path';
import {describe, expect, inject, onTestFinished, test} from 'vitest';
import type {ControlLoop} from '../../../src/guard/control/control-loop.ts';
import {
  clearManualMode,
  listAdaptive,
  listLoads,
  setManualMode,
} from '../../../src/store/control-document.ts';
import {openStore} from '../../../src/store/open-store.ts';
import {parseStoreUrl} from '../../../src/store/parse-store-url.ts';
import type {Store} from '../../../src/store/port.ts';
import {MINUTE, MS} from '../../support/instants.ts';
import {RunningTime} from '../process-time.ts';
import {until} from '../support.ts';
import {EVERY, loopFor, policyWith, type SetLoad} from './control-support.ts';
import {PROCESS_POLICY} from './process-policy.ts';

const within = (url: string, parameter: string): string =>
  `${url}${url.includes('?') ? '&' : '?'}${parameter}`;

const PLACES: readonly (readonly [string, () => string])[] = [
  ['redis', () => within(inject('redisUrl'), `prefix=c${randomUUID().slice(0, 12)}:`)],
  ['postgres', () => within(inject('databaseUrl'), `schema=c_${randomUUID().slice(0, 8)}`)],
];

const opened = async (url: string): Promise<Store> => {
  const store = await openStore(parseStoreUrl(url), {access: 'write'});
  onTestFinished(() => store.close());
  return store;
};

interface Instance {
  readonly loop: ControlLoop;
  readonly load: SetLoad;
  readonly store: Store;
}

/** Three instances, each with a connection of its own. */
const three = async (
  url: string,
  options: Parameters<typeof loopFor>[0] = {},
): Promise<readonly [Instance, Instance, Instance]> => {
  const one = async (): Promise<Instance> => {
    const store = await opened(url);
    return {...(await loopFor({call: (ask) => ask(store), ...options})), store};
  };
  return [await one(), await one(), await one()];
};

const shares = (instances: readonly Instance[]): readonly number[] =>
  instances.map(({loop}) => loop.shareOfLimit('per-tenant'));

/** A process of its own, killed at the end of the test at the latest. */
const overloadedProcess = (
  url: string,
  skewMs: number,
): {readonly child: ChildProcess; readonly output: () => string} => {
  const script = join(import.meta.dirname, 'control-process.ts');
  const child = spawn(process.execPath, [script, url, String(skewMs), '1'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  let text = '';
  child.stdout!.setEncoding('utf8').on('data', (more: string) => {
    text += more;
  });
  return {child, output: () => text};
};

describe.each(PLACES)('three instances on %s', (_, place) => {
  test('one that is overloaded shrinks the limit for all, and all recover with it', async () => {
    const instances = await three(place(), {policy: policyWith({degradation: undefined})});
    instances[1].load.cpu = 1;
    await until(() => shares(instances).every((share) => share === 0.5));
    instances[1].load.cpu = 0.1;
    await until(() => shares(instances).every((share) => share === 1));
    await until(async () => (await listLoads(instances[0].store)).length === 3);
  });

  test('together they make one step per interval', async () => {
    const policy = policyWith({
      adaptive: [{...policyWith().adaptive[0]!, floor: 1e-9}],
      degradation: undefined,
    });
    const instances = await three(place(), {policy});
    for (const {load} of instances) load.cpu = 1;
    await until(() => shares(instances).every((share) => share < 1));
    const [{store}] = instances;
    const read = async (): Promise<{steps: number; at: number}> => {
      const {share, steppedAt} = (await listAdaptive(store))[0]!.state;
      return {steps: Math.round(Math.log(share) / Math.log(0.9)), at: steppedAt};
    };
    const before = await read();
    const time = new RunningTime();
    await until(() => time.ms > (15 * EVERY) / MS);
    const after = await read();
    const steps = after.steps - before.steps;
    // Three that each had a clock of their own to step by would make three times as many, one that misses turns half of them.
    expect(steps).toBeLessThanOrEqual((after.at - before.at) / EVERY);
    expect(steps).toBeGreaterThan(15 * 0.65);
  });

  test('a mode that is set by hand is heard by all within half a second, and so is its end', async () => {
    const far = {...policyWith().degradation!, every: 60_000 * MS};
    const instances = await three(place(), {policy: policyWith({adaptive: [], degradation: far})});
    const all = (mode: string) => until(() => instances.every(({loop}) => loop.mode().mode === mode));
    for (const change of ['closed', 'normal'] as const) {
      const time = new RunningTime();
      if (change === 'closed')
        await setManualMode(instances[2].store, {mode: 'closed', by: 'ada@ops-1', reason: 'drill'});
      else await clearManualMode(instances[2].store);
      await all(change);
      expect(time.ms).toBeLessThan(500);
    }
  });

  test('one that is overloaded and killed is forgotten after three intervals, whatever its wall clock said', {
    timeout: 60_000,
  }, async () => {
    const url = place();
    const instances = await three(url, {policy: PROCESS_POLICY});
    const {child, output} = overloadedProcess(url, 30 * 60_000);
    await until(() => output().includes('started'));
    await until(() => shares(instances).every((share) => share === 0.5));
    // It comes to the same share.
    await until(() => output().trim().split('\n').at(-1) === '0.5');
    const gone = once(child, 'close');
    child.kill('SIGKILL');
    await gone;
    const time = new RunningTime();
    await until(async () => (await listLoads(instances[0].store)).length === 3);
    expect(time.ms).toBeLessThan(2_000);
    await until(() => shares(instances).every((share) => share === 1));
    // Ten steps of a twentieth, and the three intervals.
    expect(time.ms).toBeLessThan(6_000);
  });

  test('wall clocks an hour apart make no difference', {timeout: 60_000}, async () => {
    const url = place();
    const instances = await three(url, {policy: PROCESS_POLICY});
    const processes = [overloadedProcess(url, -3_600_000), overloadedProcess(url, 3_600_000)];
    await until(() => processes.every(({output}) => output().includes('started')));
    await until(() => shares(instances).every((share) => share === 0.5));
    await until(async () => (await listLoads(instances[0].store)).length === 5);
    const now = await instances[0].store.now();
    const {steppedAt} = (await listAdaptive(instances[0].store))[0]!.state;
    expect(Math.abs(now - steppedAt)).toBeLessThan(MINUTE);
  });
});
