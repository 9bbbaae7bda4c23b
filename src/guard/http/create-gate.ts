import {setTimeout as sleep} from 'node:timers/promises';
import type {Attributes} from '../../engine/live/request-router.ts';
import type {AdapterOptions} from './adapter-options.ts';
import {addressNotice} from './address-notice.ts';
import {clientIdentity} from './client-identity.ts';
import type {IdentityRequest} from './identity-request.ts';
import type {CheckedDecision, CheckingLimiter} from './limiter-port.ts';
import {requestPath} from './request-path.ts';

/** A request of any framework, as far as limits look at it. */
export interface RequestFacts extends IdentityRequest {
  readonly method: string;
  /** Path with query, as it came; or a whole URL. */
  readonly target: string;
}

/**
 * Checks requests of one framework; answers undefined for those that are skipped, and `gone` when the client hung up while it waited.
 * One that a leaky bucket holds back is answered when its time has come.
 */
export type Gate<R> = (
  request: R,
  facts: RequestFacts,
  signal?: AbortSignal,
) => Promise<CheckedDecision | 'gone' | undefined>;

/** What the adapters share: options → attributes → decision. Throws for options that are not as described. */
export const createGate = <R>(
  limiter: CheckingLimiter,
  {attributes, identity, cost = 1, skip}: AdapterOptions<R>,
): Gate<R> => {
  const identify = clientIdentity(identity);
  const notice = addressNotice(limiter.policy);
  return async (request, facts, signal) => {
    if (skip?.(request)) return undefined;
    const {ip, key} = identify(facts);
    const {method, target} = facts;
    const known = {ip, key, method, path: requestPath(target), host: facts.header('host')};
    const own = attributes === undefined ? undefined : await attributes(request);
    const units = typeof cost === 'function' ? cost(request) : cost;
    const all: Attributes = own === undefined ? known : {...known, ...own};
    notice(all);
    try {
      const decision = await limiter.check(all, {cost: units, signal});
      if (decision.allowed && decision.delayMs) await sleep(decision.delayMs);
      return decision;
    } catch (error) {
      // Nobody is left to be told.
      if (signal?.aborted && error === signal.reason) return 'gone';
      throw error;
    }
  };
};
