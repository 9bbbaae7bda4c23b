import type {Limit} from './limit.ts';
import {Outcome} from './outcome.ts';

/** A decision as plain numbers: one to keep, since the evaluator's own is reused. Spans are whole microseconds. */
export interface DecisionFacts {
  readonly allowed: boolean;
  /** The cost can never fit, or the key is blocked: waiting does not help. Implies `!allowed`. */
  readonly never: boolean;
  /** Index of the limit that denied, else of the tightest one (fewest units left); −1 when no limit applied. */
  readonly limit: number;
  /** Capacity of that limit's tightest bucket, in units. */
  readonly capacity: number;
  /** Units left in it after the decision. */
  readonly remaining: number;
  /** Time until the same request is allowed by every layer, if nothing else arrives. 0 when allowed or `never`. */
  readonly retryAfter: number;
  /** Time until that limit's key is as if never used. */
  readonly resetAfter: number;
  /** How long the request should be held back before it is served (leaky bucket with a delay). */
  readonly delay: number;
}

/**
 * The answer to the last request of an evaluator. What every caller needs is kept; the rest is read from the limits'
 * verdicts when it is asked for: a replay that only counts never asks.
 */
export class Decision implements DecisionFacts {
  allowed = true;
  never = false;
  /** Whether a limit that enforces applied. */
  applied = false;
  /** Index of the first limit that denied; −1 when none did. */
  denier = -1;
  readonly #limits: readonly Limit[];
  readonly #answers: Uint8Array;

  /** `answers` is what each limit said, also those behind the one that denied; parallel to `limits`. */
  constructor(limits: readonly Limit[], answers: Uint8Array) {
    this.#limits = limits;
    this.#answers = answers;
  }

  get limit(): number {
    if (this.denier >= 0 || !this.applied) return this.denier;
    let tightest = -1;
    for (let i = 0; i < this.#limits.length; i++) {
      if (!this.#said(i, Outcome.allowed)) continue;
      if (tightest < 0 || this.#limits[i]!.verdict.remaining < this.#limits[tightest]!.verdict.remaining)
        tightest = i;
    }
    return tightest;
  }

  get capacity(): number {
    return this.#limits[this.limit]?.capacity ?? 0;
  }

  get remaining(): number {
    return this.#limits[this.limit]?.verdict.remaining ?? 0;
  }

  get retryAfter(): number {
    return this.allowed || this.never ? 0 : this.#longest(Outcome.denied, 'retryAfter');
  }

  get resetAfter(): number {
    return this.#limits[this.limit]?.verdict.resetAfter ?? 0;
  }

  get delay(): number {
    return this.allowed ? this.#longest(Outcome.allowed, 'delay') : 0;
  }

  /** A copy that stays. */
  facts(): DecisionFacts {
    const {allowed, never, limit, capacity, remaining, retryAfter, resetAfter, delay} = this;
    return {allowed, never, limit, capacity, remaining, retryAfter, resetAfter, delay};
  }

  /** Whether a limit that enforces gave this answer. */
  #said(index: number, answer: Outcome): boolean {
    return this.#answers[index] === answer && !this.#limits[index]!.isShadow;
  }

  #longest(answer: Outcome, span: 'retryAfter' | 'delay'): number {
    let longest = 0;
    for (let i = 0; i < this.#limits.length; i++) {
      if (this.#said(i, answer)) longest = Math.max(longest, this.#limits[i]!.verdict[span]);
    }
    return longest;
  }
}
