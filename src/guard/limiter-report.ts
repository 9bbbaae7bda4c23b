import {callListener} from '../base/call-listener.ts';
import type {Check, CheckAnswer} from '../engine/live/check.ts';
import {isNearLimit} from '../engine/live/near-limit.ts';
import type {OnStoreError} from '../engine/policy-model.ts';
import {Kind} from '../engine/verdict.ts';
import type {StoreError} from '../store/store-error.ts';
import type {LimitCount, LimitCounts} from './limit-counts.ts';
import type {LimitDecision} from './limit-decision.ts';
import type {LimiterEvents} from './limiter-events.ts';
import type {LimiterMetrics} from './limiter-metrics.ts';
import type {UsageRecorder} from './usage-recorder.ts';

export interface LimiterReportParts {
  readonly metrics: LimiterMetrics | undefined;
  readonly usage: UsageRecorder | undefined;
  readonly events: LimiterEvents;
  /** What the store is told of, … */
  readonly told: LimitCounts;
  /** … and everything else. */
  readonly untold: LimitCounts;
}

/** Whom a limiter tells what it decided, and how its store is: counters, the store's sums, and the functions of its user. */
export class LimiterReport {
  readonly #metrics: LimiterMetrics | undefined;
  readonly #usage: UsageRecorder | undefined;
  readonly #events: LimiterEvents;
  readonly #told: LimitCounts;
  readonly #untold: LimitCounts;

  constructor({metrics, usage, events, told, untold}: LimiterReportParts) {
    this.#metrics = metrics;
    this.#usage = usage;
    this.#events = events;
    this.#told = told;
    this.#untold = untold;
  }

  /** How often a limit said what, whoever decided; by its index in the policy. */
  countOf(limit: number): LimitCount {
    const [told, untold] = [this.#told.of(limit), this.#untold.of(limit)];
    return {
      allowed: told.allowed + untold.allowed,
      denied: told.denied + untold.denied,
      shadowDenied: told.shadowDenied + untold.shadowDenied,
      near: told.near + untold.near,
    };
  }

  /** `took`: µs. */
  decided(decision: LimitDecision, check: Check, answer: CheckAnswer, took: number): void {
    const {source, allowed} = decision;
    this.#metrics?.decision(allowed, source, took);
    const takes = takesUnits(check);
    // What was decided without the store is not told to it: it would count as of the time it came back. Peeks are not, either.
    if (takes && (source === 'store' || source === 'cache')) this.#tellStore(check, answer);
    else this.#untold.add(check, answer);
    if (!allowed) this.#tell(this.#events.onDenied, decision);
    else if (takes && this.#events.onNearLimit !== undefined) this.#tellNear(check, answer);
  }

  #tellStore(check: Check, answer: CheckAnswer): void {
    const usage = this.#usage;
    this.#told.add(check, answer, usage?.note);
    usage?.later();
  }

  storeLost(error: StoreError, onStoreError: OnStoreError): void {
    this.#metrics?.storeLost();
    if (this.#events.onStoreLost !== undefined) this.#tell(this.#events.onStoreLost, error);
    else
      process.emitWarning(`${error.message}; onStoreError: ${onStoreError} decides until it is back`, {
        type: 'RatectlWarning',
        code: error.code,
      });
  }

  storeBack(lostForMs: number): void {
    this.#tell(this.#events.onStoreBack, lostForMs);
  }

  /** Calls a function of the user; what it throws is counted, and goes no further. */
  #tell<T>(listener: ((value: T) => unknown) | undefined, value: T): void {
    callListener(listener, [value], () => this.#metrics?.eventError());
  }

  #tellNear(check: Check, {verdicts}: CheckAnswer): void {
    check.layers.forEach(({address, shadow}, i) => {
      const {kind, capacity, remaining} = verdicts[i]!;
      if (kind !== Kind.allow || !isNearLimit(remaining, capacity)) return;
      const {limit, key, tier} = address;
      this.#tell(this.#events.onNearLimit, {limit, key, tier, capacity, remaining, shadow});
    });
  }
}

const takesUnits = ({layers}: Check): boolean => {
  for (let i = 0; i < layers.length; i++) if (layers[i]!.cost > 0) return true;
  return false;
};
