import type {PairLog} from './pair-log.ts';
import type {Ask, Verdict} from './verdict.ts';

/**
 * One algorithm with its parameters: `(state, ask) → verdict`, and the state it proposes. Pure: the only memory is `state`.
 *
 * State is a row of `words` doubles per key inside a larger array. A row of zeros is a key that was never seen, so that
 * deleting a key and resetting it are the same thing.
 */
export interface Algorithm {
  /** State words per key. */
  readonly words: number;
  /** The largest cost that can ever be allowed; a larger one is answered `never`. */
  readonly capacity: number;
  /** Where the lists of pairs are, for the two algorithms that keep one per key besides its words. */
  readonly pairs?: PairLog;
  /** Reads `state[at … at + words)`, fills `verdict`, writes nothing. */
  decide(state: Float64Array, at: number, ask: Ask, verdict: Verdict): void;
  /** Writes what the last `decide` into this `verdict` proposed. Call it only when `verdict.writes`. */
  commit(state: Float64Array, at: number, ask: Ask, verdict: Verdict): void;
}
