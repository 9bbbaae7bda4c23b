import {BucketSet} from '../engine/bucket-set.ts';
import type {Check, CheckAnswer, RowAddress} from '../engine/live/check.ts';
import {MemoryStore} from '../store/memory/memory-store.ts';
import {forWhole} from './for-whole.ts';
import type {Lease} from './limit-decision.ts';
import {shareOfLimit} from './share-of-limit.ts';
import {shortKey} from './short-key.ts';

/** Keys that one process remembers while the store is lost; those that end soonest give way. */
const MAX_KEYS = 50_000;

/**
 * Decides while the store is lost with `onStoreError: local`: a bounded store of this process, with its share of each limit. It
 * begins with full buckets and goes on from one loss to the next; nothing of it is charged to the store afterwards.
 */
export class LocalFallback {
  readonly #store: MemoryStore;
  readonly #instances: number;
  readonly #shares = new WeakMap<BucketSet, BucketSet>();

  constructor(instances: number, clock: () => number) {
    this.#store = new MemoryStore({access: 'write', clock, maxKeys: MAX_KEYS});
    this.#instances = instances;
  }

  async check(check: Check): Promise<CheckAnswer> {
    const layers = check.layers.map((layer) => ({
      ...layer,
      address: placeOf(layer.address),
      buckets: this.#shareOf(layer.buckets),
    }));
    const [answer] = await this.#store.check([{...check, layers}]);
    const {now, verdicts} = answer as CheckAnswer;
    return {
      now,
      verdicts: verdicts.map((verdict, i) => forWhole(verdict, check.layers[i]!, check.layers[i]!.buckets)),
    };
  }

  async release(leases: readonly Lease[]): Promise<void> {
    for (const {address, fencingToken, count} of leases)
      await this.#store.release(placeOf(address), fencingToken, count);
  }

  #shareOf(buckets: BucketSet): BucketSet {
    if (this.#instances === 1) return buckets;
    let share = this.#shares.get(buckets);
    if (share === undefined) {
      share = new BucketSet(buckets.buckets.map(({spec}) => shareOfLimit(spec, this.#instances)));
      this.#shares.set(buckets, share);
    }
    return share;
  }
}

/** Where the state of a key is kept here. */
const placeOf = (address: RowAddress): RowAddress => ({...address, key: shortKey(address.key)});
