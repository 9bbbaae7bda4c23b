import {isCount, isMapping, readAll} from '../base/untrusted-json.ts';
import type {BreakerProbe, BreakerState, HealthCheck, OpenedBy} from './breaker-state.ts';
import type {CallSlot} from './breaker-window.ts';

/** More than any state has, with room for policies that changed. */
const MOST_SLOTS = 100;
const MOST_PROBES = 10_000;

/** The state that JSON from a store holds; undefined when it holds none: anybody who may write to the store may have written it. */
export const readBreakerState = (value: unknown): BreakerState | undefined => {
  if (!isMapping(value)) return undefined;
  const {kind, failures, successes, openedAt, lastProbe} = value;
  // Fields that states of earlier versions do not have.
  const {failedProbes = 0, openedBy} = value;
  if (kind !== 'closed' && kind !== 'open' && kind !== 'half-open') return undefined;
  if (!isCount(failures) || !isCount(successes) || !isCount(openedAt) || !isCount(lastProbe))
    return undefined;
  if (!isCount(failedProbes)) return undefined;
  const slots = readAll(value['slots'], MOST_SLOTS, readSlot);
  const probes = readAll(value['probes'], MOST_PROBES, readProbe);
  const check = value['check'] === undefined ? undefined : readCheck(value['check']);
  if (slots === undefined || probes === undefined || (value['check'] !== undefined && check === undefined))
    return undefined;
  return {
    ...{kind, failures, successes, failedProbes, openedAt, lastProbe, slots, probes, check},
    openedBy: isOpenedBy(openedBy) ? openedBy : undefined,
  };
};

const readSlot = (value: unknown): CallSlot | undefined => {
  if (!isMapping(value)) return undefined;
  const {at, calls, failures} = value;
  if (!isCount(at) || !isCount(calls) || !isCount(failures) || failures > calls) return undefined;
  return {at, calls, failures};
};

const readProbe = (value: unknown): BreakerProbe | undefined => {
  if (!isMapping(value)) return undefined;
  const {id, until} = value;
  return isCount(id) && isCount(until) ? {id, until} : undefined;
};

const readCheck = (value: unknown): HealthCheck | undefined => {
  if (!isMapping(value)) return undefined;
  const {id, at} = value;
  return isCount(id) && isCount(at) ? {id, at} : undefined;
};

const isOpenedBy = (value: unknown): value is OpenedBy =>
  value === 'failures' || value === 'rate' || value === 'probe' || value === 'operator';
