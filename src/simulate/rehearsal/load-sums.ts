import type {LoadSample} from '../../engine/control/control-spec.ts';
import type {Server} from './server.ts';

/** Sums since the start: what happened in an interval is the difference of two. */
interface Sums {
  readonly answers: number;
  /** µs. */
  readonly responseTimes: number;
  /** Busy places times µs. */
  readonly busyTime: number;
}

/** What the control of a protection can measure of a rehearsed server. Memory and event loop are not known. */
export class LoadSums {
  readonly #server: Server;
  readonly #capacity: number;
  #answers = 0;
  #responseTimes = 0;
  #now = 0;
  /** Of the last interval in which anything was answered, µs. */
  #lastMean = 0;

  constructor(server: Server, capacity: number) {
    this.#server = server;
    this.#capacity = capacity;
  }

  /** `us`: from the moment a request was let through to its answer, or to when nobody waited for it any more. */
  observe(us: number, how: 'completed' | 'abandoned' = 'completed'): void {
    // As a running protection counts them: see LoadMeter.
    if (how === 'abandoned' && us <= this.#lastMean) return;
    this.#answers++;
    this.#responseTimes += us;
  }

  /** Sums are those of this instant from now on, µs. */
  at(now: number): void {
    this.#now = now;
  }

  get sums(): Sums {
    return {
      answers: this.#answers,
      responseTimes: this.#responseTimes,
      busyTime: this.#server.busyTime(this.#now),
    };
  }

  /** The mean response time, and the busy share of the capacity, over the last `span` µs, which began at `before`. */
  sampleSince(before: Sums, span: number): LoadSample {
    const {answers, responseTimes, busyTime} = this.sums;
    const count = answers - before.answers;
    const responseTime = count === 0 ? undefined : (responseTimes - before.responseTimes) / count;
    this.#lastMean = responseTime ?? this.#lastMean;
    return {
      cpu: Number.isFinite(this.#capacity)
        ? Math.min(1, (busyTime - before.busyTime) / (this.#capacity * span))
        : undefined,
      memory: undefined,
      eventLoop: undefined,
      responseTime,
    };
  }
}
