import type {Identity, RequestRule} from './request-rule.ts';
import {SharedBreaker, type SharedBreakerParts} from './shared-breaker.ts';

/** A place of a probe that waits for a request. */
export interface HeldPlace {
  readonly probe: number;
  /** Given back then, ms of `performance.now()`. */
  readonly until: number;
}

/** The breaker of one identity, or the only one of its rule. */
export class IdentityBreaker {
  readonly rule: RequestRule;
  readonly identity: Identity;
  readonly shared: SharedBreaker;
  place: HeldPlace | undefined;
  /** A place is asked for. */
  isAsking = false;

  constructor(
    rule: RequestRule,
    identity: Identity,
    parts: Pick<SharedBreakerParts, 'link' | 'journals' | 'onChange'>,
  ) {
    this.rule = rule;
    this.identity = identity;
    this.shared = new SharedBreaker({...parts, id: identity.id, spec: rule.spec, kept: 'counting'});
  }
}
