import {setTimeout as sleep} from 'node:timers/promises';
import type {StatusFeed} from '../status-feed.ts';
import {AlertBook, type AlertNotice} from './alert-book.ts';
import {conditionsOf} from './conditions.ts';

export interface AlertWatchOptions {
  readonly feed: StatusFeed;
  /** Without any secret: the subject of `store-lost`. */
  readonly storeUrl: string;
  /** µs between two notices about a condition that lasts. */
  readonly repeatEvery: number;
  /** This machine's clock, µs. */
  readonly localNow: () => number;
  readonly tell: (notice: AlertNotice) => void;
  /** ms between two looks. @default 5,000 */
  readonly everyMs?: number;
}

/** Looks every few seconds and tells what begins, lasts and ends. Answers how to stop. */
export const watchAlerts = ({
  feed,
  storeUrl,
  repeatEvery,
  localNow,
  tell,
  everyMs = 5_000,
}: AlertWatchOptions): (() => Promise<void>) => {
  const book = new AlertBook(repeatEvery);
  const stopped = new AbortController();
  const run = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      const seen = conditionsOf(await feed.state(), storeUrl);
      if (stopped.signal.aborted) return;
      for (const notice of book.update(seen, localNow())) tell(notice);
      await sleep(everyMs, undefined, {signal: stopped.signal}).catch(() => undefined);
    }
  };
  const running = run();
  return async () => {
    stopped.abort();
    await running;
  };
};
