import type {Sample} from './metric-family.ts';

/** Upper bounds in seconds, as OpenMetrics writes them. */
const BOUNDS = ['0.005', '0.01', '0.025', '0.05', '0.1', '0.25', '0.5', '1.0', '2.5', '5.0'] as const;

/** Counts of durations in buckets. */
export class LookDurations {
  readonly #counts = new Array<number>(BOUNDS.length + 1).fill(0);
  #sum = 0;

  add(seconds: number): void {
    const at = BOUNDS.findIndex((bound) => seconds <= Number(bound));
    const bucket = at < 0 ? BOUNDS.length : at;
    this.#counts[bucket] = this.#counts[bucket]! + 1;
    this.#sum += seconds;
  }

  samples(): readonly Sample[] {
    let total = 0;
    const buckets = [...BOUNDS, '+Inf'].map((le, i): Sample => {
      total += this.#counts[i]!;
      return {labels: {le}, value: total, suffix: '_bucket'};
    });
    return [
      ...buckets,
      {labels: {}, value: Number(this.#sum.toFixed(6)), suffix: '_sum'},
      {labels: {}, value: total, suffix: '_count'},
    ];
  }
}
