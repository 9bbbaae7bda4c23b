import {ceilMillis} from '../../base/micros.ts';
import {kindAt} from '../../engine/breaker.ts';
import type {BreakerSpec} from '../../engine/breaker-spec.ts';
import type {BreakerState} from '../../engine/breaker-state.ts';

/** Whoever finds all probes under way asks again after this long at most, ms: one may end at any time. */
const PROBING_MS = 1_000;

/** Milliseconds, rounded up, at least 1, after which it is worth to ask again who was refused until `until` (µs). */
export const retryAfterMs = (state: BreakerState, spec: BreakerSpec, until: number, now: number): number => {
  const wait = Math.max(1, ceilMillis(until - now));
  return kindAt(state, spec, now) === 'half-open' ? Math.min(PROBING_MS, wait) : wait;
};
