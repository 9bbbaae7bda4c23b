import {LatencyHistogram} from '../../base/latency-histogram.ts';
import {REHEARSED_MODES, type RehearsedSlot} from '../../view/model/rehearsal-report.ts';
import {REFUSALS, type RefusalKind} from './arrival.ts';

/** What a side of a rehearsal looks like at an instant. */
export interface Gauges {
  /** Requests that wait in pools, that are worked on, and that wait in the server. */
  queue: number;
  inFlight: number;
  backlog: number;
  openBreakers: number;
  /** Index in `REHEARSED_MODES`. */
  mode: number;
  /** By adaptive control, in the policy's order. */
  shares: readonly number[];
}

export const NO_GAUGES: Gauges = {queue: 0, inFlight: 0, backlog: 0, openBreakers: 0, mode: 0, shares: []};

export type Answered = 'good' | 'late' | 'failed';

/** One side in one stretch of time: sums, and the extremes of what it looked like. */
export class SideSlot {
  arrivals = 0;
  readonly answered: Record<Answered, number> = {good: 0, late: 0, failed: 0};
  readonly refused: Record<RefusalKind, number> = noRefusals();
  /** Made with the first answer: most slots of a long trace have none at first. */
  #latency: LatencyHistogram | undefined;
  #extremes: Gauges;

  constructor(gauges: Gauges) {
    this.#extremes = {...gauges, shares: [...gauges.shares]};
  }

  answer(kind: Answered, latency: number): void {
    this.answered[kind]++;
    this.#latency ??= new LatencyHistogram();
    this.#latency.add(latency);
  }

  look(gauges: Gauges): void {
    const most = this.#extremes;
    if (gauges.queue > most.queue) most.queue = gauges.queue;
    if (gauges.inFlight > most.inFlight) most.inFlight = gauges.inFlight;
    if (gauges.backlog > most.backlog) most.backlog = gauges.backlog;
    if (gauges.openBreakers > most.openBreakers) most.openBreakers = gauges.openBreakers;
    if (gauges.mode > most.mode) most.mode = gauges.mode;
    if (gauges.shares.some((share, i) => share < most.shares[i]!))
      most.shares = most.shares.map((share, i) => Math.min(share, gauges.shares[i]!));
  }

  /** Takes in the slot after it. */
  join(other: SideSlot): void {
    this.arrivals += other.arrivals;
    for (const kind of ['good', 'late', 'failed'] as const) this.answered[kind] += other.answered[kind];
    for (const kind of REFUSALS) this.refused[kind] += other.refused[kind];
    if (this.#latency === undefined) this.#latency = other.#latency;
    else if (other.#latency !== undefined) this.#latency.addAll(other.#latency);
    this.look(other.#extremes);
  }

  /** `names` of the adaptive controls, in the policy's order. */
  result(names: readonly string[]): RehearsedSlot {
    const {queue, inFlight, backlog, openBreakers, mode, shares} = this.#extremes;
    const latency = this.#latency;
    return {
      ...this.answered,
      refused: this.refused,
      latencyMs:
        latency === undefined
          ? null
          : {p50: latency.percentile(0.5) / 1_000, p99: latency.percentile(0.99) / 1_000},
      queue,
      inFlight,
      backlog,
      shares: Object.fromEntries(names.map((name, i) => [name, shares[i] ?? 1])),
      mode: REHEARSED_MODES[mode]!,
      openBreakers,
    };
  }
}

export const noRefusals = (): Record<RefusalKind, number> => ({
  degradation: 0,
  breaker: 0,
  limit: 0,
  queueFull: 0,
  queueTimeout: 0,
});
