/** Units a numeric time stamp may be in. */
export const TIME_UNITS = ['s', 'ms', 'us', 'ns'] as const;
export type TimeUnit = (typeof TIME_UNITS)[number];

/** Power of ten from a unit to microseconds. */
export const MICROS_SHIFT: Readonly<Record<TimeUnit, number>> = {s: 6, ms: 3, us: 0, ns: -3};
