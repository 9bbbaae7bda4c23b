import type {Series} from '../model/simulate-report.ts';

export interface TimePlot {
  readonly allowed: readonly number[];
  readonly denied: readonly number[];
  /** Time that a value stands for. */
  readonly stepMs: number;
}

/** The buckets of a series (at least one) summed into at most `room` values at equal steps; what was left out is 0. */
export const timePlot = ({buckets, bucketMs}: Series, room: number): TimePlot => {
  const first = Date.parse(buckets[0]!.t);
  const indexOf = (t: string): number => Math.max(0, Math.floor((Date.parse(t) - first) / bucketMs));
  const count = indexOf(buckets.at(-1)!.t) + 1;
  const step = Math.ceil(count / room);
  const allowed = new Array<number>(Math.ceil(count / step)).fill(0);
  const denied = [...allowed];
  for (const bucket of buckets) {
    const at = Math.min(allowed.length - 1, Math.floor(indexOf(bucket.t) / step));
    allowed[at]! += bucket.allowed;
    denied[at]! += bucket.denied;
  }
  return {allowed, denied, stepMs: step * bucketMs};
};
