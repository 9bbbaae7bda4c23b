import type {QueueFacts, QueueItem, Queues} from '../../store/port.ts';
import type {DrainedState, QueueReceipt} from './queue-receipt.ts';

/** Items in a step: with the largest payloads 25 MB. */
const STEP = 100;
/** Items that are shown. */
const SHOWN = 20;

export interface QueueTarget {
  readonly store: Pick<Queues, 'queues' | 'items' | 'drain'>;
  readonly queue: string;
  readonly state: DrainedState;
}

/** What a drain would take out, and what it would leave. */
export interface DrainPreview {
  readonly items: number;
  /** In the hands of workers: they stay there. */
  readonly claimed: number;
  readonly shown: readonly QueueItem[];
}

export interface Drained {
  readonly items: number;
  /** What the store, or the receipt, said when it ended the run; undefined: everything was gone through. */
  readonly failure: unknown;
}

/** How many items of a state a queue has. */
export const itemsIn = ({waiting, dead}: QueueFacts, state: DrainedState): number =>
  state === 'dead' ? dead : [...waiting.values()].reduce((sum, count) => sum + count, 0);

export const previewDrain = async ({store, queue, state}: QueueTarget): Promise<DrainPreview> => {
  const facts = (await store.queues()).find((one) => one.queue === queue);
  if (facts === undefined) return {items: 0, claimed: 0, shown: []};
  return {
    items: itemsIn(facts, state),
    claimed: facts.claimed,
    shown: await store.items(queue, state, SHOWN),
  };
};

/**
 * Takes out as many items as there were when it was looked, so that it ends while others go on putting some in. Each step's items are
 * on the disk before they are taken out; what a step took out beyond them – it came in between – right after it. A failure ends the
 * run, and what was done stays done. Throws what the store said when nothing was tried.
 */
export const drainQueue = async (
  {store, queue, state}: QueueTarget,
  most: number,
  receipt: QueueReceipt,
  progress: (items: number) => void,
): Promise<Drained> => {
  let items = 0;
  let tried = false;
  let failure: unknown;
  try {
    while (items < most) {
      const step = Math.min(STEP, most - items);
      const next = await store.items(queue, state, step);
      if (next.length === 0) break;
      for (const item of next) receipt.add({kind: 'item', item});
      receipt.flush();
      tried = true;
      const drained = await store.drain(queue, state, step);
      const written = new Set(next.map(({id}) => id));
      for (const item of drained) if (!written.has(item.id)) receipt.add({kind: 'item', item});
      receipt.add({kind: 'drained', ids: drained.map(({id}) => id)});
      receipt.flush();
      items += drained.length;
      progress(items);
      if (drained.length === 0) break;
    }
  } catch (error) {
    if (!tried) {
      receipt.discard();
      throw error;
    }
    failure = error;
  }
  try {
    receipt.add({kind: 'end', done: failure === undefined, items});
    receipt.close();
  } catch (error) {
    // What was done stays done: a receipt without its end is as one of a run that was killed.
    failure ??= error;
  }
  return {items, failure};
};
