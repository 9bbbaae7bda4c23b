import {callListener} from '../../base/call-listener.ts';
import {MICROS_PER_MILLI} from '../../base/micros.ts';
import type {BreakerEvents} from './breaker-events.ts';
import type {SharedBreaker} from './shared-breaker.ts';
import type {Urgency} from './shared-change.ts';

export interface HealthCheckerParts {
  readonly breaker: string;
  readonly shared: SharedBreaker;
  /** µs. */
  readonly every: number;
  readonly check: (signal: AbortSignal) => unknown;
  /** The store's clock, µs. */
  readonly now: () => number;
  readonly events: BreakerEvents;
  readonly onReported: (urgency: Urgency) => void;
}

/** The longest that a timer can take, ms. */
const LONGEST_MS = 2 ** 31 - 1;

/** Makes health checks while a breaker is not closed, when it is this process's turn. */
export class HealthChecker {
  readonly #parts: HealthCheckerParts;
  readonly #closing = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #isChecking = false;

  constructor(parts: HealthCheckerParts) {
    this.#parts = parts;
  }

  /** The state may be another one: waits for the next check, or for none. */
  look(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const {shared, every, now} = this.#parts;
    const {kind, openedAt, check} = shared.state;
    if (kind === 'closed' || this.#isChecking || this.#closing.signal.aborted) return;
    const wait = Math.max(openedAt, check?.at ?? 0) + every - now();
    const waitMs = Math.min(LONGEST_MS, Math.max(1, Math.ceil(Math.min(wait, every) / MICROS_PER_MILLI)));
    this.#timer = setTimeout(() => void this.#take(), waitMs);
    this.#timer.unref();
  }

  close(): void {
    this.#closing.abort(new Error('the breaker is closed down'));
    clearTimeout(this.#timer);
  }

  async #take(): Promise<void> {
    const {shared, every, now} = this.#parts;
    this.#isChecking = true;
    try {
      const check = await shared.takeCheck(every);
      if (check === undefined) return;
      const result = await this.#check();
      if (this.#closing.signal.aborted) await shared.abandon(check);
      else this.#parts.onReported(shared.report(result, now(), check));
    } finally {
      this.#isChecking = false;
      this.look();
    }
  }

  async #check(): Promise<'success' | 'failure'> {
    const {breaker, check, every, events} = this.#parts;
    const began = performance.now();
    const timeout = AbortSignal.timeout(Math.min(LONGEST_MS, Math.ceil(every / MICROS_PER_MILLI)));
    const signal = AbortSignal.any([this.#closing.signal, timeout]);
    let healthy = false;
    let error: unknown;
    try {
      healthy = isHealthy(await Promise.race([Promise.resolve(check(signal)), aborted(signal)]));
    } catch (thrown) {
      error = thrown;
    }
    const tookMs = performance.now() - began;
    if (!this.#closing.signal.aborted)
      callListener(events.onHealthCheck, [{breaker, healthy, error, tookMs}]);
    return healthy ? 'success' : 'failure';
  }
}

/** What a check answers that did not throw. */
const isHealthy = (answer: unknown): boolean =>
  answer !== false &&
  !(typeof answer === 'object' && answer !== null && 'ok' in answer && answer.ok === false);

/** Rejects when the signal is aborted: a check need not look at it. */
const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), {once: true});
  });
