/** Upper bounds in seconds: from a look into memory to a store that hangs. */
const BOUNDS = [
  0.000_01, 0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1,
];

/** Counts of durations, as Prometheus takes them. */
export class Histogram {
  readonly #counts = new Float64Array(BOUNDS.length + 1);
  #sum = 0;

  /** `us`: microseconds. */
  add(us: number): void {
    const seconds = us / 1e6;
    let i = 0;
    while (i < BOUNDS.length && seconds > BOUNDS[i]!) i++;
    this.#counts[i] = this.#counts[i]! + 1;
    this.#sum += seconds;
  }

  /** Lines of the text format; `labels` as `source="store"`. */
  lines(name: string, labels: string): string[] {
    let total = 0;
    const buckets = BOUNDS.map((bound, i) => {
      total += this.#counts[i]!;
      return `${name}_bucket{${labels},le="${bound}"} ${total}`;
    });
    total += this.#counts[BOUNDS.length]!;
    return [
      ...buckets,
      `${name}_bucket{${labels},le="+Inf"} ${total}`,
      `${name}_sum{${labels}} ${Number(this.#sum.toFixed(6))}`,
      `${name}_count{${labels}} ${total}`,
    ];
  }
}
