import {existsSync} from 'node:fs';
import {dirname} from 'node:path';
import {openStore} from '../store/open-store.ts';
import type {StoreFacts} from '../store/port.ts';
import {removeEmptyFolder, removeScratch, removeScratchFile} from '../store/scratch/remove-scratch.ts';
import {type ScratchPlace, scratchPlace} from '../store/scratch/scratch-place.ts';
import {openServerMeter, type ServerMeter} from '../store/scratch/server-meter.ts';
import type {BenchedStore, BenchHooks} from './bench-options.ts';
import type {MeasuredRun} from './figures.ts';
import {runOf} from './figures.ts';
import {startFleet} from './fleet.ts';
import type {LoadPlan} from './load-plan.ts';
import {StoreProbe} from './store-probe.ts';
import {trialCheck} from './trial-check.ts';

/** A store with a place of our own in it. */
export interface OpenedPlace {
  readonly facts: Pick<StoreFacts, 'server' | 'remarks'>;
  /** One run. `onProgress`: answers so far. */
  run(plan: RunPlan, onProgress: (answers: number) => void): Promise<MeasuredRun>;
  /** Removes all that was written. */
  remove(): Promise<void>;
}

export type RunPlan = Omit<LoadPlan, 'index' | 'of' | 'target'> & {readonly processes: number};

const REMOVAL_TRIES = 5;

/** Makes the place, and finds out what there is to know about the server. Rejects with a StoreError. */
export const openPlace = async (
  {target}: BenchedStore,
  timeoutMs: number,
  {signal, cleanups, onPlace, onWarning, now}: BenchHooks,
): Promise<OpenedPlace> => {
  const place = scratchPlace(target);
  const isNewFolder = target.kind === 'sqlite' && !existsSync(dirname(target.path));
  if (target.kind !== 'memory')
    await onPlace(`writes ${place.words}, removed at the end; touches nothing else`);
  const atOnce = (): void => {
    if (place.target.kind === 'sqlite') removeScratchFile(place.target.path);
  };
  cleanups.add(atOnce);
  const remove = async (): Promise<void> => {
    const failure = await removeAll(place, timeoutMs, REMOVAL_TRIES);
    if (failure !== undefined)
      onWarning(`what was written could not be removed: ${failure}; it is ${place.words}`);
    if (isNewFolder && place.target.kind === 'sqlite') removeEmptyFolder(place.target.path);
    cleanups.delete(atOnce);
  };
  try {
    const facts = await factsOf(place, timeoutMs);
    return {
      facts,
      remove,
      run: (plan, onProgress) => measure(place, plan, {signal, now, onProgress}),
    };
  } catch (error) {
    // Where the store cannot be used there is nothing to remove, or no way to.
    await removeAll(place, timeoutMs, 1);
    cleanups.delete(atOnce);
    throw error;
  }
};

const factsOf = async (
  {target}: ScratchPlace,
  timeoutMs: number,
): Promise<Pick<StoreFacts, 'server' | 'remarks'>> => {
  // Makes the schema or the file, too, before several processes come at the same time.
  const store = await openStore(target, {access: 'write', clientName: 'ratectl-bench', timeoutMs});
  try {
    await store.check([trialCheck()]);
    return await store.facts();
  } finally {
    await store.close();
  }
};

/** Undefined when all is gone; else why not. */
const removeAll = async (
  {target}: ScratchPlace,
  timeoutMs: number,
  tries: number,
): Promise<string | undefined> => {
  for (let attempt = 1; ; attempt++) {
    try {
      await removeScratch(target, {timeoutMs});
      return undefined;
    } catch (error) {
      if (attempt === tries) return error instanceof Error ? error.message : String(error);
      await new Promise((resolve) => setTimeout(resolve, 200 * attempt));
    }
  }
};

const measure = async (
  {target}: ScratchPlace,
  {processes, ...plan}: RunPlan,
  {
    signal,
    now,
    onProgress,
  }: Pick<BenchHooks, 'signal' | 'now'> & {readonly onProgress: (answers: number) => void},
): Promise<MeasuredRun> => {
  const {timeoutMs, warmup, step, loop} = plan;
  const meter = await openServerMeter(target, {timeoutMs});
  const probe = new StoreProbe(target);
  const fleet = await startFleet({...plan, target}, processes, signal).catch(async (error: unknown) => {
    await meter.close();
    throw error;
  });
  try {
    const startedAt = now();
    const beganAt = performance.timeOrigin + performance.now() + warmup / 1_000;
    const server = watchCpu(meter, warmup / 1_000);
    const result = await fleet.run({onProgress, onLost: () => probe.lost()});
    const {serverCpu, ownCpu} = await server.end();
    await probe.close();
    return {
      result,
      run: runOf(result, {
        loop: loop.kind,
        startedAt,
        beganAt,
        step,
        serverCpu,
        // In a single process it is in the result already.
        ownCpu: processes === 1 ? 0 : ownCpu,
        reachedBetween: (from, until) => probe.reachedBetween(from, until),
      }),
    };
  } finally {
    await probe.close();
    await fleet.close();
    await meter.close();
  }
};

/** CPU time of the server, and of this process, from the end of the warm-up on. */
const watchCpu = (
  meter: ServerMeter,
  warmupMs: number,
): {end(): Promise<{readonly serverCpu: number | undefined; readonly ownCpu: number}>} => {
  const begin = async () => ({
    at: performance.now(),
    server: await meter.cpu(),
    own: process.cpuUsage(),
  });
  let began = begin();
  const timer = setTimeout(() => {
    began = begin();
  }, warmupMs);
  return {
    async end() {
      clearTimeout(timer);
      const {at, server, own} = await began;
      const used = await meter.cpu();
      const {user, system} = process.cpuUsage(own);
      const over = (performance.now() - at) * 1_000;
      return {
        ownCpu: user + system,
        // A server that was started anew counts from 0.
        serverCpu:
          used === undefined || server === undefined || used < server ? undefined : (used - server) / over,
      };
    },
  };
};
