import {setTimeout as sleep} from 'node:timers/promises';
import {runningAttempt} from '../engine/refresh/refresh-transitions.ts';
import type {RefreshAnswer} from './refresh-answer.ts';
import type {RefreshParts} from './refresh-run.ts';
import {refreshOnce} from './refresh-run.ts';

export interface ForceOptions {
  /** Who asks: `user@host`. */
  readonly by: string;
  readonly why: string;
  /** Also against the shorter windows of the budget, backoff and the breaker; never against the longest window. */
  readonly reason: 'forced' | 'emergency';
  /** µs; Infinity: however long the token is valid. */
  readonly ifExpiresWithin: number;
  /** How long a refresh that is under way is waited for, ms. */
  readonly waitMs: number;
  readonly signal?: AbortSignal;
}

const LOOK_EVERY_MS = 100;

/**
 * One refresh at the request of an operator, under the same lock and budget as the applications. Of many at the same time one asks
 * the provider; the others wait for it and take its token.
 */
export const forceRefresh = async (parts: RefreshParts, options: ForceOptions): Promise<RefreshAnswer> => {
  const {by, why, reason, ifExpiresWithin, waitMs} = options;
  const {record} = await parts.records.read();
  const began = performance.now();
  for (;;) {
    const answer = await refreshOnce(parts, {by, why, reason, ifExpiresWithin, seen: record.generation});
    if (answer.kind !== 'busy' || performance.now() - began >= waitMs) return answer;
    await otherToEnd(parts, began + waitMs, options.signal);
  }
};

const otherToEnd = async (
  {records}: RefreshParts,
  until: number,
  signal: AbortSignal | undefined,
): Promise<void> => {
  while (performance.now() < until) {
    const {record, now} = await records.read();
    if (runningAttempt(record, now) === undefined) return;
    await sleep(LOOK_EVERY_MS, undefined, signal === undefined ? {} : {signal});
  }
};
