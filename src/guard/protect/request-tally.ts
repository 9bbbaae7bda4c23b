import {LatencyHistogram} from '../../base/latency-histogram.ts';
import type {DecisionScope} from '../decision-view.ts';
import type {RequestOutcome} from '../request-outcome.ts';
import type {PerformanceMetrics} from './protection-metrics.ts';

const MICROS_PER_MILLI = 1_000;

/** Counts what became of requests, and how long they took in the last whole interval. */
export class RequestTally {
  readonly #refused: Record<DecisionScope, number> = {rate: 0, concurrency: 0, breaker: 0, degradation: 0};
  readonly #ended: Record<RequestOutcome, number> = {success: 0, failure: 0, abandoned: 0};
  readonly #byName = new Map<string, number>();
  #requests = 0;
  #running = 0;
  /** Of the interval that is under way, and of the one before it. */
  #latency = new LatencyHistogram();
  #last = new LatencyHistogram();

  refused(scope: DecisionScope, name: string | undefined): void {
    this.#requests++;
    this.#refused[scope]++;
    if (name !== undefined) this.#byName.set(name, (this.#byName.get(name) ?? 0) + 1);
  }

  /** Nobody waited for it any more before it was decided. */
  gone(): void {
    this.#requests++;
    this.#ended.abandoned++;
  }

  began(): void {
    this.#requests++;
    this.#running++;
  }

  /** `took`: µs. */
  ended(outcome: RequestOutcome, took: number): void {
    this.#running--;
    this.#ended[outcome]++;
    this.#latency.add(took);
  }

  /** An interval is over. */
  turn(): void {
    this.#last = this.#latency;
    this.#latency = new LatencyHistogram();
  }

  /** Refusals by the limit, pool, breaker or mode of that name. */
  refusedBy(name: string): number {
    return this.#byName.get(name) ?? 0;
  }

  facts(): Pick<
    PerformanceMetrics,
    'requests' | 'succeeded' | 'failed' | 'abandoned' | 'running' | 'refused' | 'latencyMs'
  > {
    const last = this.#last;
    const millis = (us: number): number => Math.ceil(us / MICROS_PER_MILLI);
    return {
      requests: this.#requests,
      succeeded: this.#ended.success,
      failed: this.#ended.failure,
      abandoned: this.#ended.abandoned,
      running: this.#running,
      refused: {...this.#refused},
      latencyMs: {
        count: last.count,
        mean: millis(last.mean),
        p50: millis(last.percentile(0.5)),
        p90: millis(last.percentile(0.9)),
        p99: millis(last.percentile(0.99)),
        max: millis(last.max),
      },
    };
  }
}
