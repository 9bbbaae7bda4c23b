import {toRfc3339} from '../../base/micros.ts';
import type {RehearsedChange} from '../../view/model/rehearsal-report.ts';

/** A protection decides differently from now on. */
export interface Transition {
  /** µs. */
  readonly at: number;
  readonly kind: RehearsedChange['kind'];
  /** Of the breaker or the limit; `degradation` for a mode. */
  readonly name: string;
  /** Untrusted text. */
  readonly key: string | undefined;
  readonly from: string;
  readonly to: string;
  readonly why: string;
}

/** So many are kept: the first ones, which tell how it began. */
export const MOST_TRANSITIONS = 100;

/** What happened to a protection, in order of time: all of it counted, the first of it kept. */
export class Transitions {
  readonly #kept: Transition[] = [];
  #count = 0;

  add(transition: Transition): void {
    this.#count++;
    if (this.#kept.length < MOST_TRANSITIONS) this.#kept.push(transition);
  }

  result(): {readonly count: number; readonly first: readonly RehearsedChange[]} {
    const first = this.#kept.map(
      ({at, kind, name, key, from, to, why}): RehearsedChange => ({
        ...{t: toRfc3339(at), kind, name},
        ...(key === undefined ? {} : {key}),
        ...{from, to, why},
      }),
    );
    return {count: this.#count, first};
  }
}
