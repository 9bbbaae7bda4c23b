import {isCount, isMapping, readAll} from '../../base/untrusted-json.ts';
import type {PoolLease, PoolState, PoolWaiter} from './pool-state.ts';

/** More than any pool has, with room for policies that changed. */
const MOST_LEASES = 20_000;
const MOST_WAITING = 20_000;
const LONGEST_TEXT = 4_096;
/** Tokens are about instants in µs (see `leaseFor`): beyond this one they could not grow for long. The year 2112. */
const LAST_TOKEN = 2 ** 52;

/**
 * The state that JSON from a store holds; undefined when it holds none: anybody who may write to the store may have written it.
 * Ids and tokens are unique, tokens grow, and none is above the last.
 */
export const readPoolState = (value: unknown): PoolState | undefined => {
  if (!isMapping(value)) return undefined;
  const {lastToken, overloadedSince, meanHold} = value;
  if (!isCount(lastToken) || lastToken > LAST_TOKEN) return undefined;
  if (!isCount(overloadedSince) || !isCount(meanHold)) return undefined;
  const leases = readAll(value['leases'], MOST_LEASES, readLease);
  const waiting = readAll(value['waiting'], MOST_WAITING, readWaiter);
  if (leases === undefined || waiting === undefined) return undefined;
  if (waiting.length === 0 ? overloadedSince !== 0 : overloadedSince === 0) return undefined;
  const ids = new Set([...leases, ...waiting].map(({id}) => id));
  if (ids.size !== leases.length + waiting.length) return undefined;
  if (leases.some(({token}, i) => token > lastToken || (i > 0 && token <= leases[i - 1]!.token)))
    return undefined;
  return {leases, waiting, lastToken, overloadedSince, meanHold};
};

const readLease = (value: unknown): PoolLease | undefined => {
  if (!isMapping(value)) return undefined;
  const {token, id, key, since, until} = value;
  if (!isCount(token) || !isText(id) || !isText(key) || !isCount(since) || !isCount(until)) return undefined;
  return {token, id, key, since, until};
};

const readWaiter = (value: unknown): PoolWaiter | undefined => {
  if (!isMapping(value)) return undefined;
  const {id, key, rank, since, until, seen} = value;
  if (!isText(id) || !isText(key) || !isCount(rank)) return undefined;
  if (!isCount(since) || !isCount(until) || !isCount(seen)) return undefined;
  return {id, key, rank, since, until, seen};
};

const isText = (value: unknown): value is string => typeof value === 'string' && value.length <= LONGEST_TEXT;
