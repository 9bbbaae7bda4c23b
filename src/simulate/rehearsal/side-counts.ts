import {LatencyHistogram} from '../../base/latency-histogram.ts';
import type {RehearsedSide} from '../../view/model/rehearsal-report.ts';
import type {RefusalKind} from './arrival.ts';
import {SideSeries} from './side-series.ts';
import {type Answered, type Gauges, noRefusals} from './side-slot.ts';

const SECOND = 1_000_000;
const MILLI = 1_000;

/** Counts what became of the requests on one side. */
export class SideCounts {
  readonly gauges: Gauges;
  readonly series: SideSeries;
  readonly #refused = noRefusals();
  readonly #answered: Record<Answered, number> = {good: 0, late: 0, failed: 0};
  readonly #latency = new LatencyHistogram();
  #arrivals = 0;
  #longestQueue = 0;
  #longestBacklog = 0;
  #firstAt = 0;
  #lastArrivalAt = 0;
  #lastGoodAt = 0;
  #lastAt = 0;
  /** The series goes no further, µs. */
  #seriesUntil = Number.POSITIVE_INFINITY;

  constructor(gauges: Gauges) {
    this.gauges = gauges;
    this.series = new SideSeries(gauges);
  }

  /** When the last request was done with, µs. */
  get lastAt(): number {
    return this.#lastAt;
  }

  arrived(now: number): void {
    if (this.#arrivals === 0) this.#firstAt = now;
    this.#arrivals++;
    this.#lastArrivalAt = now;
    this.#lastAt = now;
    this.series.at(now).arrivals++;
  }

  /** `latency`: µs from the request. */
  answered(kind: Answered, latency: number, now: number): void {
    this.#answered[kind]++;
    this.#latency.add(latency);
    this.#lastAt = now;
    if (kind === 'good') this.#lastGoodAt = now;
    if (now <= this.#seriesUntil) this.series.at(now).answer(kind, latency);
  }

  /** The client gave up before the request was let through to the server. */
  gaveUp(now: number): void {
    this.#answered.late++;
    this.#lastAt = now;
    if (now <= this.#seriesUntil) this.series.at(now).answered.late++;
  }

  refused(kind: RefusalKind, now: number): void {
    this.#refused[kind]++;
    this.#lastAt = now;
    if (now <= this.#seriesUntil) this.series.at(now).refused[kind]++;
  }

  /** Takes what the gauges show. */
  look(now: number): void {
    const {queue, backlog} = this.gauges;
    if (queue > this.#longestQueue) this.#longestQueue = queue;
    if (backlog > this.#longestBacklog) this.#longestBacklog = backlog;
    if (now <= this.#seriesUntil) this.series.at(now).look(this.gauges);
  }

  /** What is after that is not part of the series, µs. */
  endSeries(at: number): void {
    this.#seriesUntil = at;
  }

  /** `busyTime`: places times µs that a server of `capacity` worked. */
  result(busyTime: number, capacity: number): RehearsedSide {
    const arrivals = this.#arrivals;
    const {good} = this.#answered;
    const span = this.#lastAt - this.#firstAt;
    const goodSpan = Math.max(this.#lastArrivalAt, this.#lastGoodAt) - this.#firstAt;
    const latency = this.#latency;
    return {
      arrivals,
      ...this.#answered,
      refused: this.#refused,
      goodput: good === 0 ? 0 : (good * SECOND) / Math.max(1, goodSpan),
      goodShare: arrivals === 0 ? 0 : good / arrivals,
      latencyMs:
        latency.count === 0
          ? null
          : {
              mean: latency.mean / MILLI,
              p50: latency.percentile(0.5) / MILLI,
              p90: latency.percentile(0.9) / MILLI,
              p99: latency.percentile(0.99) / MILLI,
              max: latency.max / MILLI,
            },
      longestQueue: this.#longestQueue,
      longestBacklog: this.#longestBacklog,
      busy: Number.isFinite(capacity) ? Math.min(1, span === 0 ? 0 : busyTime / (capacity * span)) : null,
    };
  }
}
