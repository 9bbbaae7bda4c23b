import type {BehaviourSlot} from '../../../src/engine/behaviour/behaviour-record.ts';
import type {BehaviourSpec} from '../../../src/engine/behaviour/behaviour-spec.ts';

export const MINUTE = 60_000_000;
export const SLOT = 5 * MINUTE;
/** 2026-01-01, a slot begins. */
export const START = 1_767_225_600_000_000;

export const PLAN: BehaviourSpec = {
  limit: 'plan',
  ladder: ['restricted', 'free', 'premium', 'enterprise'],
  window: 60 * MINUTE,
  promote: 0.9,
  demote: 0.3,
  demoteTo: 'next',
  minimumRequests: 50,
};

/** `requests, refused, early` of slots that follow each other from START on. */
export const slotsOf = (...sums: readonly (readonly [number, number, number])[]): readonly BehaviourSlot[] =>
  sums
    .map(([requests, refused, early], i) => ({at: START + i * SLOT, requests, refused, early}))
    .filter(({requests}) => requests > 0);
