import {emptyPool, type PoolState} from './pool-state.ts';

/**
 * What the store has, when that is older than what was seen before: it has forgotten something (restarted without persistence, failed
 * over to a replica that was behind, restored from a backup). Slots and waiters of both count. One that was given back in between
 * counts until its lease ends: rather too few slots for a while than work that runs beside work that nobody knows of.
 */
export const mergePools = (stored: PoolState | undefined, remembered: PoolState): PoolState => {
  if (stored !== undefined && stored.lastToken >= remembered.lastToken) return stored;
  const {leases, waiting, lastToken, overloadedSince, meanHold} = stored ?? emptyPool;
  const tokens = new Set(leases.map(({token}) => token));
  const ids = new Set([...leases, ...waiting].map(({id}) => id));
  const isNew = ({id}: {readonly id: string}): boolean => !ids.has(id);
  const known = remembered.leases.filter((lease) => isNew(lease) && !tokens.has(lease.token));
  const queue = [...remembered.waiting.filter(isNew), ...waiting].sort((a, b) => a.since - b.since);
  return {
    leases: [...known, ...leases].sort((a, b) => a.token - b.token),
    waiting: queue,
    lastToken: Math.max(lastToken, remembered.lastToken),
    overloadedSince:
      queue.length === 0 ? 0 : remembered.overloadedSince || overloadedSince || queue[0]!.since,
    meanHold: meanHold || remembered.meanHold,
  };
};
