import {LatencyHistogram} from '../base/latency-histogram.ts';
import type {KeptDecisions, LoadOutage, LoadResult} from './load-result.ts';

interface Step {
  allowed: number;
  denied: number;
  withoutStore: number;
  readonly latency: LatencyHistogram;
}

/** What a limiter said, as far as it matters here. */
export interface Answered {
  readonly allowed: boolean;
  readonly source: 'store' | 'cache' | 'open' | 'closed' | 'local';
  /** The store's clock, µs. */
  readonly now: number;
}

export interface RecorderOptions {
  /** By the clock of `now`, µs: only what was meant to start in this time is recorded. */
  readonly from: number;
  readonly until: number;
  readonly step: number;
  readonly keepDecisions: boolean;
  /** ms since the epoch of a reading of the clock. */
  readonly epochOf: (us: number) => number;
}

/** Writes down what happened in one process. All instants are µs of one clock. */
export class Recorder {
  readonly #options: RecorderOptions;
  readonly #response = new LatencyHistogram();
  readonly #service = new LatencyHistogram();
  readonly #lateness = new LatencyHistogram();
  readonly #steps: Step[] = [];
  readonly #errors = new Map<string, number>();
  readonly #outages: {lastAnswerAt: number; noticedAt: number; firstAnswerAt: number | undefined}[] = [];
  readonly #decided: {now: number[]; allowed: number[]} = {now: [], allowed: []};
  #allowed = 0;
  #denied = 0;
  #remembered = 0;
  #withoutStore = 0;
  #unsent = 0;
  #late = 0;
  #last: number;
  #silence = 0;
  /** Since when the store owes an answer. */
  #owingSince = 0;
  #lastStoreAnswer: number;
  underWay = 0;

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#last = options.from;
    this.#lastStoreAnswer = options.from;
  }

  /** Answers so far, for progress. */
  get answers(): number {
    return this.#allowed + this.#denied;
  }

  sent(at: number): void {
    if (this.underWay++ === 0) this.#owingSince = at;
  }

  /** `intended` is `sent` in a closed loop. `waited`: because too many were under way, which is not the clock's fault. */
  answered(intended: number, sent: number, at: number, answer: Answered, waited: boolean): void {
    this.underWay--;
    if (answer.source === 'store') this.#byStore(at);
    const {from, until} = this.#options;
    if (intended < from || intended >= until) return;
    this.#last = Math.max(this.#last, at);
    if (at > until) this.#late++;
    const step = this.#stepAt(at);
    if (answer.source !== 'store' && answer.source !== 'cache') {
      this.#withoutStore++;
      step.withoutStore++;
      return;
    }
    this.#response.add(at - intended);
    this.#service.add(at - sent);
    if (!waited) this.#lateness.add(sent - intended);
    step.latency.add(at - intended);
    if (answer.allowed) {
      this.#allowed++;
      step.allowed++;
    } else {
      this.#denied++;
      step.denied++;
      if (answer.source === 'cache') this.#remembered++;
    }
    if (this.#options.keepDecisions) {
      this.#decided.now.push(answer.now);
      this.#decided.allowed.push(answer.allowed ? 1 : 0);
    }
  }

  failed(intended: number, at: number, message: string): void {
    this.underWay--;
    if (intended < this.#options.from || intended >= this.#options.until) return;
    this.#last = Math.max(this.#last, at);
    this.#errors.set(message, (this.#errors.get(message) ?? 0) + 1);
  }

  /** A request that should have started and was not sent when the run ended. */
  neverSent(intended: number, at: number): void {
    if (intended < this.#options.from || intended >= this.#options.until) return;
    this.#unsent++;
    this.#late++;
    this.#response.add(at - intended);
  }

  lost(at: number): void {
    this.#outages.push({
      lastAnswerAt: this.#options.epochOf(this.#lastStoreAnswer),
      noticedAt: this.#options.epochOf(at),
      firstAnswerAt: undefined,
    });
  }

  /** `endedAt`: when the run was stopped, should that be before its time was over. */
  result(cpu: Pick<LoadResult, 'cpu' | 'idle' | 'cpuOver'>, endedAt: number): LoadResult {
    const {from, step} = this.#options;
    const until = Math.max(from, Math.min(this.#options.until, endedAt));
    const count = Math.max(1, Math.ceil((until - from) / step));
    for (let i = 0; i < count; i++) this.#steps[i] ??= emptyStep();
    return {
      ...cpu,
      allowed: this.#allowed,
      denied: this.#denied,
      remembered: this.#remembered,
      withoutStore: this.#withoutStore,
      unsent: this.#unsent,
      late: this.#late,
      errors: this.#errors,
      elapsed: Math.max(this.#last, until) - from,
      response: this.#response.parts(),
      service: this.#service.parts(),
      lateness: this.#lateness.parts(),
      steps: Array.from(this.#steps, (one) => {
        const {latency, ...counts} = one ?? emptyStep();
        return {...counts, latency: latency.parts()};
      }),
      silence: this.#silence,
      outages: this.#outages as LoadOutage[],
      decisions: this.#options.keepDecisions ? this.#kept() : undefined,
    };
  }

  #byStore(at: number): void {
    const {from, until, epochOf} = this.#options;
    const open = this.#outages.at(-1);
    if (open !== undefined && open.firstAnswerAt === undefined) open.firstAnswerAt = epochOf(at);
    const since = Math.max(this.#lastStoreAnswer, this.#owingSince, from);
    if (since < until) this.#silence = Math.max(this.#silence, at - since);
    this.#lastStoreAnswer = at;
  }

  #stepAt(at: number): Step {
    const {from, until, step} = this.#options;
    // What was under way when the time was over belongs to its last step, unless it came much later.
    const told = at >= until && at < until + step / 10 ? until - 1 : at;
    const i = Math.max(0, Math.floor((told - from) / step));
    this.#steps[i] ??= emptyStep();
    return this.#steps[i];
  }

  #kept(): KeptDecisions {
    const {now, allowed} = this.#decided;
    return {now: Float64Array.from(now), allowed: Uint8Array.from(allowed)};
  }
}

const emptyStep = (): Step => ({allowed: 0, denied: 0, withoutStore: 0, latency: new LatencyHistogram()});
