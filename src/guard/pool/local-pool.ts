import type {PoolSpec} from '../../engine/pool/pool-spec.ts';
import {MemoryStore} from '../../store/memory/memory-store.ts';
import {StoredPool} from '../../store/stored-pool.ts';

/** A part of something that `instances` processes share: at least 1, and nothing of nothing. */
export const shareOf = (count: number, instances: number): number =>
  count === 0 ? 0 : Math.max(1, Math.floor(count / instances));

/** The share of a pool that one of `instances` processes has for itself while the store is lost. */
export const localPool = (spec: PoolSpec, instances: number): StoredPool =>
  new StoredPool(new MemoryStore({access: 'write'}), {
    ...spec,
    max: shareOf(spec.max, instances),
    maxPerKey: shareOf(spec.maxPerKey, instances),
    queue: shareOf(spec.queue, instances),
  });
