import type {Attempts} from './arrivals/attempts.ts';
import {createAttempts} from './create-attempts.ts';
import {Crowd} from './crowd.ts';
import {Scanner} from './scanner.ts';
import type {TraceRequest} from './trace-request.ts';
import {MAX_SPAN, type TraceSpec} from './trace-spec.ts';
import type {Vocabulary} from './vocabulary.ts';

/** The requests of a trace in order of time: the crowd's and the scanner's. */
export class Traffic {
  /** The request that `next` moved to. */
  readonly request: TraceRequest = {time: 0, rank: 1, route: 0, agent: 0, status: 0, size: 0, cost: 1};
  readonly #crowd: Crowd;
  readonly #attempts: Attempts;
  readonly #scanner: Scanner | undefined;
  readonly #start: number;
  readonly #end: number;
  readonly #requests: number;
  #crowdNext: number;
  #count = 0;

  constructor(spec: TraceSpec, vocabulary: Vocabulary) {
    this.#crowd = new Crowd(spec, vocabulary);
    this.#attempts = createAttempts(spec.arrivals, spec.seed, spec.start);
    this.#scanner = spec.scanner && new Scanner(spec.scanner, vocabulary, spec.seed);
    this.#start = spec.start;
    this.#end = Math.min(spec.duration, MAX_SPAN);
    this.#requests = spec.requests;
    this.#crowdNext = this.#attempts.advance();
  }

  /** Moves to the next request; false when the trace is over. */
  next(): boolean {
    const scannerNext = this.#scanner === undefined ? Number.POSITIVE_INFINITY : this.#scanner.nextTime;
    const time = Math.min(this.#crowdNext, scannerNext);
    if (time >= this.#end || this.#count >= this.#requests) return false;
    this.#count++;
    this.request.time = this.#start + time;
    if (scannerNext < this.#crowdNext) {
      this.#scanner?.fill(this.request);
    } else {
      const {slot, isRetry, failed} = this.#attempts;
      if (!isRetry) this.#crowd.draw(slot);
      this.#crowd.fill(this.request, slot, failed);
      this.#crowdNext = this.#attempts.advance();
    }
    return true;
  }
}
