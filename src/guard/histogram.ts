/** Upper bounds in µs: from a look into memory to a store that hangs. */
const BOUNDS = [
  10, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000,
];

/** Counts of durations, as Prometheus takes them. */
export class Histogram {
  readonly #counts = new Float64Array(BOUNDS.length + 1);
  /** µs. */
  #sum = 0;

  /** `us`: microseconds. */
  add(us: number): void {
    let i = 0;
    while (i < BOUNDS.length && us > BOUNDS[i]!) i++;
    this.#counts[i] = this.#counts[i]! + 1;
    this.#sum += us;
  }

  /** Lines of the text format; `labels` as `source="store"`. */
  lines(name: string, labels: string): string[] {
    let total = 0;
    const buckets = BOUNDS.map((bound, i) => {
      total += this.#counts[i]!;
      return `${name}_bucket{${labels},le="${bound / 1e6}"} ${total}`;
    });
    total += this.#counts[BOUNDS.length]!;
    return [
      ...buckets,
      `${name}_bucket{${labels},le="+Inf"} ${total}`,
      `${name}_sum{${labels}} ${Number((this.#sum / 1e6).toFixed(6))}`,
      `${name}_count{${labels}} ${total}`,
    ];
  }
}
