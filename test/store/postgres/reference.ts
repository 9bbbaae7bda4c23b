import type {Check, CheckAnswer, RowAddress} from '../../../src/engine/live/check.ts';
import {CheckDecider} from '../../../src/engine/live/check-decider.ts';

interface Kept {
  readonly words: readonly number[];
  readonly expiresAt: number;
}

/** The engine's own decisions over rows in a map: what a twin must answer. */
export class Reference {
  readonly #decider = new CheckDecider();
  readonly #rows = new Map<string, Kept>();
  readonly #slack: number;

  constructor(slack = 5_000_000) {
    this.#slack = slack;
  }

  check(checks: readonly Check[], now: number): readonly CheckAnswer[] {
    return checks.map((check) => {
      const rows = check.layers.map(({address, buckets}) => {
        const state = new Float64Array(buckets.words);
        const kept = this.#rows.get(idOf(address));
        if (kept !== undefined && kept.expiresAt > now) buckets.load(state, 0, kept.words);
        return {state, expiresAt: 0};
      });
      const answer = this.#decider.decide(check, rows, now);
      check.layers.forEach(({address, buckets}, i) => {
        if (this.#decider.charged[i])
          this.#rows.set(idOf(address), {
            words: buckets.save(rows[i]!.state, 0),
            expiresAt: rows[i]!.expiresAt + this.#slack,
          });
        buckets.clear(rows[i]!.state, 0);
      });
      return answer;
    });
  }

  row(address: RowAddress): Kept | undefined {
    return this.#rows.get(idOf(address));
  }
}

const idOf = ({limit, key, tier, shape}: RowAddress): string => JSON.stringify([limit, key, tier, shape]);
