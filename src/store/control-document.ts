/**
 * What processes share of their control under load, as documents of the store: the share of each adaptive entry (kind `adaptive`, id:
 * its name), the degradation mode (kind `degradation`, id `mode`), and what each process measured last (kind `load`, id: the
 * process; it ends three intervals after the last sign of life).
 *
 * Instants are µs of the store's clock. Every function rejects with a StoreError.
 */
import {setTimeout as sleep} from 'node:timers/promises';
import {type AdaptiveState, idleAdaptive} from '../engine/control/adaptive.ts';
import type {DegradationMode, LoadSample} from '../engine/control/control-spec.ts';
import {
  type DegradationState,
  type ManualMode,
  NO_END,
  normalDegradation,
  withoutManual,
} from '../engine/control/degradation.ts';
import {readAdaptiveState, readDegradationState, readLoad} from '../engine/control/state-reader.ts';
import type {Documents, Store} from './port.ts';
import {StoreError} from './store-error.ts';

export const ADAPTIVE_KIND = 'adaptive';
export const DEGRADATION_KIND = 'degradation';
export const LOAD_KIND = 'load';
/** The only document of its kind. */
export const DEGRADATION_ID = 'mode';

/** A sample is in force for so many intervals. */
export const LOAD_INTERVALS = 3;

/** What one process measured last. */
export interface InstanceLoad {
  readonly instance: string;
  readonly sample: LoadSample;
  readonly at: number;
}

export interface AdaptiveEntry {
  readonly name: string;
  readonly state: AdaptiveState;
}

export interface ManualModeInput {
  readonly mode: DegradationMode;
  /** `user@host`. */
  readonly by: string;
  readonly reason: string;
  /** How long it is in force, whole µs above 0; undefined: until it is cleared. */
  readonly lasts?: number | undefined;
}

/** All adaptive entries that were ever stepped, by name. Documents that cannot be read are left out. */
export const listAdaptive = async (store: Pick<Documents, 'list'>): Promise<readonly AdaptiveEntry[]> => {
  const documents = await store.list(ADAPTIVE_KIND);
  return documents.flatMap(({id, value}) => {
    const state = readAdaptiveState(value);
    return state === undefined ? [] : [{name: id, state}];
  });
};

/** `normalDegradation` where nothing was ever stored, or what cannot be read. */
export const readDegradation = async (store: Pick<Documents, 'get'>): Promise<DegradationState> => {
  const document = await store.get(DEGRADATION_KIND, DEGRADATION_ID);
  return readDegradationState(document?.value) ?? normalDegradation;
};

/** What the processes that are alive measured last, by process. */
export const listLoads = async (store: Pick<Documents, 'list'>): Promise<readonly InstanceLoad[]> => {
  const documents = await store.list(LOAD_KIND);
  return documents.flatMap(({id, value}) => {
    const load = readLoad(value);
    return load === undefined ? [] : [{instance: id, ...load}];
  });
};

/** Says what this process measured at `now`; `every`: the interval at which it will do so again, µs. */
export const putLoad = async (
  store: Pick<Documents, 'put'>,
  {instance, sample, at}: InstanceLoad,
  every: number,
): Promise<void> => {
  await store.put(LOAD_KIND, instance, {sample, at}, {expiresAt: at + LOAD_INTERVALS * every});
};

/** Sets a mode by hand, in place of one that was, and tells all processes. Answers what is in force from now on. */
export const setManualMode = async (
  store: Pick<Store, 'get' | 'put' | 'now' | 'announce'>,
  {mode, by, reason, lasts}: ManualModeInput,
): Promise<ManualMode> => {
  const {after} = await changeDegradation(store, (state, now) => ({
    ...state,
    manual: {mode, by, reason, at: now, until: lasts === undefined ? NO_END : Math.min(NO_END, now + lasts)},
  }));
  await store.announce();
  return after.manual!;
};

/** Gives control back to the rules, and tells all processes. Answers what was in force; undefined: nothing was set by hand. */
export const clearManualMode = async (
  store: Pick<Store, 'get' | 'put' | 'now' | 'announce'>,
): Promise<ManualMode | undefined> => {
  const {before, now} = await changeDegradation(store, withoutManual);
  const {manual} = before;
  if (manual === undefined) return undefined;
  await store.announce();
  return manual.until > now ? manual : undefined;
};

/** A change of a shared state that was made; `before` and `after` are the same object when there was nothing to change. */
export interface ControlChange<T> {
  readonly before: T;
  readonly after: T;
  /** µs of the store's clock. */
  readonly now: number;
}

type Decide<T> = (state: T, now: number) => T;

export const changeAdaptive = (
  store: Pick<Store, 'get' | 'put' | 'now'>,
  name: string,
  decide: Decide<AdaptiveState>,
): Promise<ControlChange<AdaptiveState>> =>
  change(store, {kind: ADAPTIVE_KIND, id: name, read: readAdaptiveState, empty: idleAdaptive}, decide);

export const changeDegradation = (
  store: Pick<Store, 'get' | 'put' | 'now'>,
  decide: Decide<DegradationState>,
): Promise<ControlChange<DegradationState>> => {
  const place = {kind: DEGRADATION_KIND, id: DEGRADATION_ID, read: readDegradationState};
  return change(store, {...place, empty: normalDegradation}, decide);
};

interface Place<T> {
  readonly kind: string;
  readonly id: string;
  readonly read: (value: unknown) => T | undefined;
  readonly empty: T;
}

const ATTEMPTS = 50;
const LONGEST_PAUSE_MS = 20;

/** By compare-and-set: the state is decided anew as long as others change it meanwhile. */
const change = async <T>(
  store: Pick<Store, 'get' | 'put' | 'now'>,
  {kind, id, read, empty}: Place<T>,
  decide: Decide<T>,
): Promise<ControlChange<T>> => {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const now = await store.now();
    const document = await store.get(kind, id);
    const before = read(document?.value) ?? empty;
    const after = decide(before, now);
    if (after === before) return {before, after, now};
    const put = await store.put(kind, id, after, {ifVersion: document?.version ?? 0});
    if (put !== undefined) return {before, after, now};
    await sleep(Math.random() * LONGEST_PAUSE_MS);
  }
  throw new StoreError(`the ${kind} state "${id}" is changed by others all the time`, {
    kind: 'server',
    url: 'the store',
    hint: 'share one store among fewer processes',
  });
};
