import {RatectlError} from '../base/ratectl-error.ts';
import {quoted} from '../base/safe-text.ts';
import type {RowAddress} from '../engine/live/check.ts';
import type {Attributes} from '../engine/live/request-router.ts';
import type {LimitDecision} from './limit-decision.ts';
import type {CheckOptions} from './limiter-options.ts';
import {RateLimitError} from './rate-limit-error.ts';
import {sleep} from './sleep.ts';
import {lineOf, type WaitingLines} from './waiting-lines.ts';

export interface AcquireOptions extends CheckOptions {
  /** Milliseconds that are waited at most; 0: asks once, past those who wait; Infinity: without end. @default 30,000 */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What deciding a request needs of a limiter. */
export interface Checking {
  check(attributes: Attributes, options: CheckOptions): Promise<LimitDecision>;
}

/** What waiting needs of a limiter. */
export interface Foreseeing extends Checking {
  /** Whether a check would be refused, and for how long: takes nothing. */
  foresee(attributes: Attributes, options: CheckOptions): Promise<LimitDecision>;
  /** What the limits that apply count. */
  addresses(attributes: Attributes, options: CheckOptions): readonly RowAddress[];
}

/** Slots are given back before their timeout, at a time that nobody knows: they are asked for this often, ms. */
const SLOT_POLL_MS = 50;

/**
 * Waits until a check is allowed: sleeps for as long as the refusal says, then asks again. Of those who wait for the same key of
 * a limit in this process only the first in line asks, and whoever comes later does not pass them. An override or a reset wakes
 * it. Gives up at once when the wait would be longer than what is left of `timeoutMs`.
 */
export const acquire = async (
  checking: Foreseeing,
  attributes: Attributes,
  {timeoutMs = 30_000, signal, ...options}: AcquireOptions,
  lines: WaitingLines,
): Promise<LimitDecision> => {
  if (!(timeoutMs >= 0))
    throw new RatectlError(`acquire: timeoutMs is ${quoted(String(timeoutMs))}, expected 0 or more`, {
      code: 'limiter/timeout',
    });
  const deadline = performance.now() + timeoutMs;
  let leave: (() => void) | undefined;
  try {
    for (;;) {
      signal?.throwIfAborted();
      const isNew = leave === undefined && timeoutMs > 0 && !lines.areEmpty;
      const ahead = isNew
        ? checking.addresses(attributes, options).find((row) => lines.has(lineOf(row)))
        : undefined;
      const decision = await checking[ahead === undefined ? 'check' : 'foresee'](attributes, options);
      const left = deadline - performance.now();
      if (decision.allowed && ahead === undefined) {
        leave?.();
        await held(decision, left, signal);
        return decision;
      }
      if (decision.never) throw new RateLimitError(decision);
      const wait = Math.max(1, decision.retryAfterMs);
      const polls = decision.scope === 'concurrency';
      if (!decision.allowed && (left <= 0 || (wait > left && !polls)))
        throw new RateLimitError(decision, `not within ${timeoutMs} ms`);
      if (leave === undefined) {
        leave = lines.join(lineOf(decision.allowed ? ahead! : decision));
        // Whoever had to wait in line asks anew: the time it was told is past.
        if (await lines.front(leave, left, signal)) continue;
      }
      await sleep(polls ? Math.min(wait, left, SLOT_POLL_MS) : wait, signal, lines.onWake);
    }
  } finally {
    leave?.();
  }
};

/**
 * Waits for as long as a leaky bucket asks to hold the request back. The request is charged: when that is too long, or nobody
 * waits for it any more, its slots go back.
 */
const held = async (
  decision: LimitDecision,
  left: number,
  signal: AbortSignal | undefined,
): Promise<void> => {
  try {
    signal?.throwIfAborted();
    if (decision.delayMs === 0) return;
    if (decision.delayMs > left) throw new RateLimitError(decision, 'its delay is longer than the timeout');
    await sleep(decision.delayMs, signal);
  } catch (error) {
    await decision.release();
    throw error;
  }
};
