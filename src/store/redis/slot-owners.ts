import {Cluster, type Redis} from 'ioredis';
import type {RedisConnection} from './redis-connection.ts';

/** By slot the servers of a Cluster that have it, as the servers themselves see it: while it moves they may not agree. */
export type SlotOwners = ReadonlyMap<number, string>;

/** Undefined where there are no slots. */
export const slotOwners = async (connection: RedisConnection): Promise<SlotOwners | undefined> => {
  const {client} = connection;
  if (!(client instanceof Cluster)) return undefined;
  const views = await Promise.all(connection.primaries().map((server) => viewOf(connection, server)));
  const owners = new Map<number, Set<string>>();
  for (const view of views) {
    for (const [from, until, [, , id]] of view) {
      for (let slot = from; slot <= until; slot++) {
        const known = owners.get(slot);
        if (known === undefined) owners.set(slot, new Set([String(id)]));
        else known.add(String(id));
      }
    }
  }
  return new Map([...owners].map(([slot, ids]) => [slot, [...ids].sort().join(' ')]));
};

/** Slots that have other owners now. */
export const movedSlots = (before: SlotOwners, now: SlotOwners): ReadonlySet<number> =>
  new Set(
    [...new Set([...before.keys(), ...now.keys()])].filter((slot) => before.get(slot) !== now.get(slot)),
  );

/** Has the driver look again which servers there are. */
export const lookAgain = (client: Cluster): Promise<void> =>
  new Promise((resolve) => client.refreshSlotsCache(() => resolve()));

type SlotRange = readonly [
  from: number,
  until: number,
  owner: readonly [host: unknown, port: unknown, id: unknown],
];

const viewOf = async (connection: RedisConnection, server: Redis): Promise<readonly SlotRange[]> => {
  const [view] = await connection.many([['cluster', 'slots']], server);
  if (view instanceof Error) throw connection.failure(view);
  return view as readonly SlotRange[];
};
