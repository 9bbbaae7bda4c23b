import type {LimitSpec} from '../engine/policy-model.ts';
import {isEnforced} from '../engine/rollout.ts';

/** Tells the keys of a limit for which its rollout only counts so far; undefined: it denies for all, or is in shadow mode as a whole. */
export const onlyCountsFor = (spec: LimitSpec): ((key: Uint8Array) => boolean) | undefined =>
  spec.mode === 'enforce' && spec.rollout < 1 ? (key) => !isEnforced(spec, key) : undefined;
