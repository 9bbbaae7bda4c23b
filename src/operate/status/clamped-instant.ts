import {MAX_MICROS, toRfc3339} from '../../base/micros.ts';

/** RFC 3339 of an instant that anybody may have written into the store: one beyond what is exact is the first, or last, that is. */
export const clampedInstant = (at: number): string => toRfc3339(Math.min(Math.max(0, at), MAX_MICROS));
