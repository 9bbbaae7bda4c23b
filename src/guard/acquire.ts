import {RatectlError} from '../base/ratectl-error.ts';
import {quoted} from '../base/safe-text.ts';
import type {RowAddress} from '../engine/live/check.ts';
import type {Attributes} from '../engine/live/request-router.ts';
import type {LimitDecision} from './limit-decision.ts';
import type {CheckOptions} from './limiter-options.ts';
import {RateLimitError} from './rate-limit-error.ts';
import {sleep} from './sleep.ts';
import type {LineOf, Place, WaitingLines} from './waiting-lines.ts';

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
 * a limit in this process only the first in line asks, and then as many as it found room for; whoever came later does not pass
 * them. An override or a reset wakes it. Gives up at once when the wait would be longer than what is left of `timeoutMs`, and when
 * the limiter is closed.
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
  const left = (): number => deadline - performance.now();
  const rows = (): readonly RowAddress[] => checking.addresses(attributes, options);
  const place = lines.arrive();
  try {
    for (;;) {
      signal?.throwIfAborted();
      // Whoever has no time left asks once more, past the others.
      const ahead = left() > 0 ? place.behind(rows) : undefined;
      const {news} = lines;
      const decision = await checking[ahead === undefined ? 'check' : 'foresee'](attributes, options);
      if (decision.allowed && ahead === undefined) {
        place.leave(roomFor(decision, place, options));
        await held(decision, left(), signal);
        return decision;
      }
      if (lines.news !== news && left() > 0) continue;
      if (!decision.allowed) refuseIfLate(decision, left(), timeoutMs);
      lines.throwIfClosed();
      place.stand(decision.allowed ? ahead! : lineOf(decision, rows));
      // Behind others it is theirs that has to pass, not the time it was told.
      await place.wait(place.isInFront ? waitOf(decision, left()) : left(), signal);
      lines.throwIfClosed();
    }
  } finally {
    place.leave();
  }
};

/** What a refused request waits for. A store that is lost refuses without a limit. */
const lineOf = (decision: LimitDecision, rows: () => readonly RowAddress[]): LineOf =>
  decision.limit === undefined ? (rows()[0] ?? decision) : decision;

/** Throws when the request can never be allowed, or not within `left` ms. */
const refuseIfLate = (decision: LimitDecision, left: number, timeoutMs: number): void => {
  if (decision.never) throw new RateLimitError(decision);
  if (left <= 0 || (decision.retryAfterMs > left && !polls(decision)))
    throw new RateLimitError(decision, `not within ${timeoutMs} ms`);
};

/** Milliseconds until it is worth to ask again. */
const waitOf = (decision: LimitDecision, left: number): number => {
  const wait = Math.max(1, decision.retryAfterMs);
  return polls(decision) ? Math.min(wait, left, SLOT_POLL_MS) : wait;
};

const polls = ({scope}: LimitDecision): boolean => scope === 'concurrency';

/** How many like the one that was allowed there is room for in what its line waits for. */
const roomFor = ({layers}: LimitDecision, {limit}: Place, {cost = 1}: CheckOptions): number => {
  if (limit === undefined) return 0;
  const remaining = layers.find(({name}) => name === limit)?.remaining ?? 0;
  return Math.floor(remaining / Math.max(1, cost));
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
