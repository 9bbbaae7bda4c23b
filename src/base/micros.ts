/**
 * Whole microseconds since the Unix epoch (an instant) or between two instants (a span).
 * Exact in a double until the year 2255; Redis TIME and Postgres clocks tick in the same unit.
 */
export type Micros = number & {readonly __unit: 'us'};

/** Largest instant a record or a clock may carry: 2255-06-05T23:47:34.740991Z. */
export const MAX_MICROS = Number.MAX_SAFE_INTEGER as Micros;

export const MICROS_PER_MILLI = 1_000;
export const MICROS_PER_SECOND = 1_000_000;

/** Brands a whole number of microseconds. */
export const micros = (value: number): Micros => value as Micros;

export const fromMillis = (ms: number): Micros => (ms * MICROS_PER_MILLI) as Micros;

export const fromSeconds = (s: number): Micros => (s * MICROS_PER_SECOND) as Micros;

/** Whole milliseconds, rounded down: where an instant is printed. */
export const floorMillis = (us: number): number => Math.floor(us / MICROS_PER_MILLI);

/** Whole milliseconds, rounded up: where a wait is printed, so that waiting that long is always enough. */
export const ceilMillis = (us: number): number => Math.ceil(us / MICROS_PER_MILLI);

/** RFC 3339 in UTC with the milliseconds always there: `2019-01-22T00:26:14.000Z`. */
export const toRfc3339 = (us: number): string => new Date(floorMillis(us)).toISOString();
