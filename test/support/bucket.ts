import type {Algorithm} from '../../src/engine/algorithm.ts';
import {Ask, Kind, Verdict} from '../../src/engine/verdict.ts';

/** A verdict that stays: the algorithm's own is reused. */
export interface Answer {
  readonly allowed: boolean;
  readonly never: boolean;
  readonly remaining: number;
  readonly retryAfter: number;
  readonly resetAfter: number;
  readonly delay: number;
}

/** One key of one algorithm: the smallest thing that decides. */
export class Bucket {
  readonly algorithm: Algorithm;
  readonly state: Float64Array<ArrayBufferLike>;
  readonly #ask = new Ask();
  readonly #verdict = new Verdict();

  constructor(
    algorithm: Algorithm,
    state: Float64Array<ArrayBufferLike> = new Float64Array(algorithm.words),
  ) {
    this.algorithm = algorithm;
    this.state = state;
  }

  /** Decides without charging. */
  look(now: number, cost = 1, hold = 0): Answer {
    Object.assign(this.#ask, {now, cost, hold});
    const verdict = this.#verdict;
    this.algorithm.decide(this.state, 0, this.#ask, verdict);
    const {kind, remaining, retryAfter, resetAfter, delay} = verdict;
    return {
      allowed: kind === Kind.allow,
      never: kind === Kind.never,
      remaining,
      retryAfter,
      resetAfter,
      delay,
    };
  }

  /** Decides and charges. */
  take(now: number, cost = 1, hold = 0): Answer {
    const answer = this.look(now, cost, hold);
    if (this.#verdict.writes) this.algorithm.commit(this.state, 0, this.#ask, this.#verdict);
    return answer;
  }
}
