import {ceilMillis, floorMillis} from '../../base/micros.ts';
import {scaledMax} from '../../engine/control/scaled-spec.ts';
import type {Policy} from '../../engine/policy-model.ts';
import {advance, emptyPool, enter, type PoolState} from '../../engine/pool/pool.ts';
import type {PoolSpec} from '../../engine/pool/pool-spec.ts';
import type {PoolClient, StatusPool} from '../../view/model/status-load.ts';

/** What is known around the pools. */
export interface PoolSurroundings {
  /** The store's clock, µs. */
  readonly now: number;
  /** What adaptive control leaves of a pool, 0 … 1. */
  readonly shareOf: (pool: string) => number;
}

/** Clients that are named. */
const MOST_CLIENTS = 20;

/** The pools of the policy in its order, then those that only the store knows. */
export const poolSection = (
  stored: readonly {readonly name: string; readonly state: PoolState}[],
  policy: Policy | undefined,
  around: PoolSurroundings,
): readonly StatusPool[] => {
  const states = new Map(stored.map(({name, state}) => [name, state]));
  const specs = policy?.pools ?? [];
  const leastImportant = Math.max(0, (policy?.priorities.length ?? 0) - 1);
  const known = new Set(specs.map(({name}) => name));
  return [
    ...specs.map((spec) => configuredPool(spec, states.get(spec.name) ?? emptyPool, leastImportant, around)),
    ...stored
      .filter(({name}) => !known.has(name))
      .map(({name, state}) => unknownPool(name, state, around.now)),
  ];
};

/** As the next one who asks will find it: leases of holders that died are over, and free slots are given out. */
const configuredPool = (
  spec: PoolSpec,
  stored: PoolState,
  rank: number,
  {now, shareOf}: PoolSurroundings,
): StatusPool => {
  const max = scaledMax(spec.max, shareOf(spec.name));
  const {state} = advance(stored, spec, now, max);
  const clients = clientsAtLimit(state, spec);
  return {
    ...facts(spec.name, state, now),
    configured: true,
    max: spec.max,
    effectiveMax: max,
    queue: spec.queue,
    ...nextOf(state, spec, {rank, now, max}),
    maxPerKey: spec.key === undefined ? null : spec.maxPerKey,
    clientsAtLimit: clients.length,
    clients: clients.slice(0, MOST_CLIENTS),
  };
};

const unknownPool = (name: string, {leases, waiting, ...state}: PoolState, now: number): StatusPool => ({
  ...facts(
    name,
    {
      ...state,
      leases: leases.filter(({until}) => until > now),
      waiting: waiting.filter(({until}) => until > now),
    },
    now,
  ),
  configured: false,
  max: null,
  effectiveMax: null,
  queue: null,
  next: null,
  estimatedWaitMs: null,
  maxPerKey: null,
  clientsAtLimit: 0,
  clients: [],
});

const facts = (
  name: string,
  {leases, waiting, meanHold}: PoolState,
  now: number,
): Pick<StatusPool, 'name' | 'running' | 'waiting' | 'oldestWaitMs' | 'meanHoldMs'> => {
  const first = waiting.reduce((least, {since}) => Math.min(least, since), Number.POSITIVE_INFINITY);
  return {
    name,
    running: leases.length,
    waiting: waiting.length,
    oldestWaitMs: waiting.length === 0 ? null : floorMillis(Math.max(0, now - first)),
    meanHoldMs: meanHold === 0 ? null : ceilMillis(meanHold),
  };
};

/** What the pool would say to a new client: the same function answers that answers applications. */
const nextOf = (
  state: PoolState,
  spec: PoolSpec,
  {rank, now, max}: {readonly rank: number; readonly now: number; readonly max: number},
): Pick<StatusPool, 'next' | 'estimatedWaitMs'> => {
  const {entry} = enter(state, spec, {...NOBODY, rank}, now, max);
  switch (entry.kind) {
    case 'granted':
      return {next: 'runs', estimatedWaitMs: 0};
    case 'queued':
      return {
        next: 'waits',
        estimatedWaitMs: entry.estimatedWait === 0 ? null : ceilMillis(entry.estimatedWait),
      };
    case 'refused':
      return {next: 'refused', estimatedWaitMs: ceilMillis(entry.retryAfter)};
  }
};

/** Ids and keys of applications hold no such character where they are made by ratectl. */
const NOBODY = {id: '\u0000status', key: '\u0000status'};

/** Those with all the slots that one client may have, the most waiting first. */
const clientsAtLimit = ({leases, waiting}: PoolState, {key, maxPerKey}: PoolSpec): readonly PoolClient[] => {
  if (key === undefined) return [];
  const waits = countByKey(waiting);
  return [...countByKey(leases)]
    .filter(([, running]) => running >= maxPerKey)
    .map(([client, running]) => ({key: client, running, waiting: waits.get(client) ?? 0}))
    .sort((a, b) => b.waiting - a.waiting || b.running - a.running || (a.key < b.key ? -1 : 1));
};

const countByKey = (all: readonly {readonly key: string}[]): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  for (const {key} of all) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
};
