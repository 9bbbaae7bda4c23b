import type {BucketSet} from '../engine/bucket-set.ts';
import type {CalendarUnit} from '../engine/calendar-grid.ts';
import type {AlgorithmSpec} from '../engine/policy-model.ts';

const DAY = 86_400_000_000;

/** A month and a year have no length of their own. */
const CALENDAR: Readonly<Record<CalendarUnit, number | undefined>> = {
  minute: 60_000_000,
  hour: 3_600_000_000,
  day: DAY,
  week: 7 * DAY,
  month: undefined,
  year: undefined,
};

/** The bucket of a set that has this capacity: the one a verdict speaks of. */
export const bucketOfCapacity = (buckets: BucketSet, capacity: number): AlgorithmSpec | undefined =>
  (buckets.buckets.find(({algorithm}) => algorithm.capacity === capacity) ?? buckets.buckets[0])?.spec;

/**
 * The span that a bucket's capacity counts in, µs: its window, or the time in which it fills from empty. Undefined where there
 * is none: leases, months and years.
 *
 * Example: 10/s with a burst of 20 holds 20 per 2 s.
 */
export const bucketWindow = (spec: AlgorithmSpec): number | undefined => {
  switch (spec.kind) {
    case 'token-bucket':
    case 'gcra':
      return Math.round((spec.burst * spec.per) / spec.count);
    case 'leaky-bucket':
      return Math.round(((spec.burst + 1) * spec.per) / spec.count);
    case 'sliding-window':
    case 'sliding-log':
      return spec.window;
    case 'fixed-window':
      return spec.window.align === 'calendar' ? CALENDAR[spec.window.unit] : spec.window.length;
    case 'concurrency':
      return undefined;
  }
};
