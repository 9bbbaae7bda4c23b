import type {DecisionView, LayerView} from '../../../src/guard/decision-view.ts';

/** 2026-01-05 12:00:00 UTC, µs. */
export const NOON = Date.UTC(2026, 0, 5, 12) * 1_000;

export const layerOf = (changes: Partial<LayerView> = {}): LayerView => ({
  name: 'per-ip',
  capacity: 20,
  remaining: 7,
  resetAfterMs: 1_300,
  windowMs: 2_000,
  shadow: false,
  ...changes,
});

/** An allowed request, 7 of 20 left. */
export const allowed = (changes: Partial<DecisionView> = {}): DecisionView => ({
  allowed: true,
  never: false,
  limit: 'per-ip',
  key: '203.0.113.7',
  tier: undefined,
  scope: 'rate',
  capacity: 20,
  remaining: 7,
  retryAfterMs: 0,
  resetAfterMs: 1_300,
  now: NOON,
  source: 'store',
  layers: [layerOf()],
  ...changes,
});

/** Refused; one unit is back after 100 ms. */
export const denied = (changes: Partial<DecisionView> = {}): DecisionView =>
  allowed({
    allowed: false,
    remaining: 0,
    retryAfterMs: 100,
    resetAfterMs: 2_000,
    layers: [layerOf({remaining: 0, resetAfterMs: 2_000})],
    ...changes,
  });

/** Refused for good: the key is blocked. */
export const blocked = (changes: Partial<DecisionView> = {}): DecisionView =>
  denied({
    never: true,
    capacity: 0,
    retryAfterMs: 0,
    resetAfterMs: 0,
    layers: [layerOf({capacity: 0, remaining: 0, resetAfterMs: 0})],
    ...changes,
  });
