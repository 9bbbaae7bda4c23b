import type {Slot, SlotSource} from './slot.ts';

/** Never aborted. */
const HELD: AbortSignal = new AbortController().signal;

/** A slot without a pool behind it: nothing is counted, and nothing can be lost. */
export const fixedSlot = (key: string, source: Exclude<SlotSource, 'store' | 'local'>): Slot => ({
  ...{fencingToken: 0, key, waitedMs: 0, source},
  signal: HELD,
  release: async () => undefined,
});
