/** Spans in microseconds, for tests. */
export const MS = 1_000;
export const S = 1_000 * MS;
export const MINUTE = 60 * S;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** `2024-03-31T12:00Z` in microseconds since the epoch. */
export const at = (rfc3339: string): number => Date.parse(rfc3339) * MS;
