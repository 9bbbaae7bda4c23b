import {type BreakerKind, kindAt} from '../../engine/breaker.ts';
import type {IdentityBreaker} from './identity-breaker.ts';
import type {RequestRule} from './request-rule.ts';

export interface RequestBreakerFacts {
  readonly breaker: string;
  /** The worst of its keys, as far as they are known here. */
  readonly state: BreakerKind;
  /** Keys of which it is not closed; null without keys. */
  readonly openKeys: number | null;
  /** Requests of this process that it refused, since the start. */
  readonly refused: number;
}

/** How breakers stand, in the order of the rules. `now`: the store's clock, µs. */
export const requestFacts = (
  rules: readonly RequestRule[],
  known: Iterable<IdentityBreaker>,
  now: number,
): readonly RequestBreakerFacts[] => {
  const kinds = new Map<RequestRule, BreakerKind[]>();
  for (const {rule, shared} of known) {
    const kind = kindAt(shared.state, rule.spec, now);
    if (kind === 'closed') continue;
    const others = kinds.get(rule);
    if (others === undefined) kinds.set(rule, [kind]);
    else others.push(kind);
  }
  return rules.map((rule) => {
    const open = kinds.get(rule) ?? [];
    const state = open.includes('open') ? 'open' : (open[0] ?? 'closed');
    const openKeys = rule.isKeyed ? open.length : null;
    return {breaker: rule.spec.name, state, openKeys, refused: rule.refused};
  });
};
