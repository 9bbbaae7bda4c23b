import {effectiveShare} from '../engine/control/adaptive.ts';
import type {Policy} from '../engine/policy-model.ts';
import type {AdaptiveEntry} from '../store/control-document.ts';

/** What adaptive control leaves of limits and pools, by name; a name that is missing has all of it. */
export interface SharesInForce {
  readonly limits: ReadonlyMap<string, number>;
  readonly pools: ReadonlyMap<string, number>;
  /** Of each entry of the policy. */
  readonly entries: ReadonlyMap<string, number>;
}

/** Of what the store says, what the policy applies. Of several that scale the same one, the lowest counts. */
export const sharesInForce = (
  entries: readonly AdaptiveEntry[],
  policy: Pick<Policy, 'adaptive'> | undefined,
): SharesInForce => {
  const states = new Map(entries.map(({name, state}) => [name, state]));
  const limits = new Map<string, number>();
  const pools = new Map<string, number>();
  const shares = new Map<string, number>();
  for (const spec of policy?.adaptive ?? []) {
    const state = states.get(spec.name);
    const share = state === undefined ? 1 : effectiveShare(state, spec);
    shares.set(spec.name, share);
    if (share >= 1) continue;
    for (const name of spec.limits) limits.set(name, Math.min(share, limits.get(name) ?? 1));
    for (const name of spec.pools) pools.set(name, Math.min(share, pools.get(name) ?? 1));
  }
  return {limits, pools, entries: shares};
};
