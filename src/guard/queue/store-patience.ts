import {callListener} from '../../base/call-listener.ts';
import {backoffDelay} from '../../engine/backoff.ts';
import {isStoreError} from '../../store/store-error.ts';
import {sleep} from '../sleep.ts';
import type {QueueEvents} from './queue-events.ts';

/** Waits between attempts at a store that fails, µs. */
const WAITS = {first: 100_000, most: 5_000_000};

export interface PatienceOptions {
  readonly events: QueueEvents;
  readonly random: () => number;
}

/** Tries again while the store fails, and says so once when it begins and once when it ends. */
export class StorePatience {
  readonly #events: QueueEvents;
  readonly #random: () => number;
  #lostAt: number | undefined;

  constructor({events, random}: PatienceOptions) {
    this.#events = events;
    this.#random = random;
  }

  /** Rejects with what is no `StoreError`, and with the last `StoreError` once the signal is aborted. */
  async run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    for (let failures = 1; ; failures++) {
      try {
        const result = await work();
        this.#worked();
        return result;
      } catch (error) {
        if (!isStoreError(error)) throw error;
        this.#failed(error);
        if (signal.aborted) throw error;
        const wait = backoffDelay(WAITS, 'equal', failures, this.#random());
        await sleep(wait / 1_000, signal).catch(() => undefined);
      }
    }
  }

  #failed(error: Error & {readonly code?: string}): void {
    if (this.#lostAt !== undefined) return;
    this.#lostAt = performance.now();
    if (this.#events.onStoreLost !== undefined) callListener(this.#events.onStoreLost, [error]);
    else
      process.emitWarning(`${error.message}; the queue's workers wait until it is back`, {
        type: 'RatectlWarning',
        code: error.code ?? 'store',
      });
  }

  #worked(): void {
    if (this.#lostAt === undefined) return;
    const lostForMs = performance.now() - this.#lostAt;
    this.#lostAt = undefined;
    callListener(this.#events.onStoreBack, [lostForMs]);
  }
}
