import type {QueueItem, Queues} from '../../store/port.ts';
import type {QueueReceipt} from './queue-receipt.ts';
import type {ReadQueueReceipt} from './read-queue-receipt.ts';

const STEP = 100;
const SHOWN = 20;
/** Items of the queue that are looked through for those of which nobody knows whether they were taken out: they were its first. */
const LOOKED_AT = 10_000;

export interface RestorePreview {
  readonly items: number;
  /** Put back by an earlier undo, or never taken out. */
  readonly already: number;
  readonly shown: readonly QueueItem[];
  /** What people should know before. */
  readonly notes: readonly string[];
}

export interface Restored {
  readonly items: number;
  readonly failure: unknown;
}

/** The items of a receipt that are to be put back: not those of a killed run that are still there. */
export class QueueRestore {
  readonly #receipt: ReadQueueReceipt;
  readonly #there: ReadonlySet<string>;

  private constructor(receipt: ReadQueueReceipt, there: ReadonlySet<string>) {
    this.#receipt = receipt;
    this.#there = there;
  }

  static async of(receipt: ReadQueueReceipt, store: Pick<Queues, 'items'>): Promise<QueueRestore> {
    const {uncertain, header} = receipt;
    const there = new Set<string>();
    if (uncertain.size > 0)
      for (const state of ['waiting', 'claimed', 'dead'] as const)
        for (const {id} of await store.items(header.queue, state, LOOKED_AT))
          if (uncertain.has(id)) there.add(id);
    return new QueueRestore(receipt, there);
  }

  preview(): RestorePreview {
    const shown: QueueItem[] = [];
    for (const item of this.#items()) {
      if (shown.length === SHOWN) break;
      shown.push(item);
    }
    const {open, restored, done, header} = this.#receipt;
    return {
      items: open - this.#there.size,
      already: restored + this.#there.size,
      shown,
      notes: [
        ...(done
          ? []
          : ['the run that wrote the receipt did not come to its end; what it took out is put back']),
        ...(header.state === 'dead'
          ? ['they come back as waiting ones, and their failed attempts are forgotten']
          : []),
      ],
    };
  }

  /**
   * Puts them back step by step, and writes down which, so that doing it again puts none back twice. `beforeStep` throws when it is not
   * to go on. Throws what the store said when none was put back.
   */
  async run(
    store: Pick<Queues, 'enqueue'>,
    receipt: QueueReceipt,
    progress: (items: number) => void,
    beforeStep: () => Promise<void> = async () => undefined,
  ): Promise<Restored> {
    let items = 0;
    let failure: unknown;
    try {
      for (const step of inSteps(this.#items())) {
        await beforeStep();
        await store.enqueue(
          this.#receipt.header.queue,
          step.map(({class: name, rank, notBefore, payload}) => ({class: name, rank, notBefore, payload})),
        );
        items += step.length;
        receipt.add({kind: 'restored', ids: step.map(({id}) => id)});
        receipt.flush();
        progress(items);
      }
    } catch (error) {
      failure = error;
    }
    try {
      receipt.close();
    } catch (error) {
      failure ??= error;
    }
    if (failure !== undefined && items === 0) throw failure;
    return {items, failure};
  }

  *#items(): Generator<QueueItem> {
    for (const item of this.#receipt.items()) if (!this.#there.has(item.id)) yield item;
  }
}

function* inSteps(items: Iterable<QueueItem>): Generator<readonly QueueItem[]> {
  let step: QueueItem[] = [];
  for (const item of items) {
    step.push(item);
    if (step.length < STEP) continue;
    yield step;
    step = [];
  }
  if (step.length > 0) yield step;
}
