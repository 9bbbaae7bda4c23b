/** One request before it is written: numbers and places in the vocabulary. Reused for every request of a trace. */
export interface TraceRequest {
  /** µs since the epoch, whole. */
  time: number;
  /** The client: 1 = the busiest; `SCANNER` for the scanner. */
  rank: number;
  /** Index into `Vocabulary.routes`. */
  route: number;
  /** Index into `Vocabulary.agents`. */
  agent: number;
  status: number;
  /** Bytes of the answer. */
  size: number;
  /** Whole units, ≥ 1 (or the fixed cost). */
  cost: number;
}
