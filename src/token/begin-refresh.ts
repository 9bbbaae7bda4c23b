import type {RefreshAttempt, RefreshReason, TokenState} from '../engine/refresh/refresh-record.ts';
import {type Acquired, type AcquireRequest, acquire} from '../engine/refresh/refresh-transitions.ts';
import type {TokenProviderSpec} from '../engine/refresh/token-provider-spec.ts';
import type {RefreshAnswer} from './refresh-answer.ts';
import {rulesOf} from './rules-of.ts';
import {openToken} from './token-material.ts';
import type {Change, KnownRecord} from './token-records.ts';
import type {Vault} from './vault/vault.ts';

export interface RefreshRequest {
  /** Who asks: an instance, or `user@host`. */
  readonly by: string;
  readonly reason: RefreshReason;
  /** What an operator said. */
  readonly why: string;
  /** Generation of the token that the caller knows: a later one is adopted, somebody was faster. Infinity: none is. */
  readonly seen: number;
  /** Only when the token expires within so many µs; Infinity: in any case. */
  readonly ifExpiresWithin: number;
}

export interface GrantedRefresh {
  readonly kind: 'granted';
  readonly attempt: RefreshAttempt;
  readonly before: TokenState | undefined;
  /** What it spends; undefined: the grant spends nothing. */
  readonly refreshToken: string | undefined;
}

export type Begun = GrantedRefresh | {readonly kind: 'answered'; readonly answer: RefreshAnswer};

export interface BeginParts {
  readonly spec: TokenProviderSpec;
  readonly vault: Vault;
  /** µs; undefined: the breaker lets an attempt through. */
  readonly openUntil: number | undefined;
}

export type DecidedRefresh =
  | Extract<Acquired, {kind: 'granted'}>
  | {readonly kind: 'answered'; readonly answer: RefreshAnswer};

/** Whether a refresh may begin, on what is there; opens no token. */
export const decideRefresh = (
  {record, now}: KnownRecord,
  {spec, openUntil}: Pick<BeginParts, 'spec' | 'openUntil'>,
  {by, reason, why, seen, ifExpiresWithin}: RefreshRequest,
): DecidedRefresh => {
  const {token} = record;
  if (token !== undefined && token.generation > seen) return answered({kind: 'adopted', after: token});
  if (token !== undefined && token.expiresAt - now > ifExpiresWithin) return answered({kind: 'fresh', token});
  const asked: AcquireRequest = {now, by, reason, why};
  const acquired = acquire(record, rulesOf(spec), asked);
  switch (acquired.kind) {
    case 'granted':
      return openUntil !== undefined && openUntil > now
        ? answered({kind: 'wait', because: 'breaker', until: openUntil, now})
        : acquired;
    case 'busy':
    case 'wait':
      return answered({...acquired, now});
    case 'reauthorise':
      return answered({...acquired, error: ''});
    case 'no-token':
      return answered(acquired);
  }
};

/**
 * Whether a refresh may begin, and the record with the attempt when it may. Throws what the vault throws: a refresh token that cannot be
 * opened is found before anything is on record.
 */
export const beginRefresh = (
  known: KnownRecord,
  {spec, vault, openUntil}: BeginParts,
  request: RefreshRequest,
): Change<Begun> => {
  const decided = decideRefresh(known, {spec, openUntil}, request);
  return decided.kind === 'granted' ? granted(decided, spec, vault) : {answer: decided};
};

const answered = (answer: RefreshAnswer): DecidedRefresh => ({kind: 'answered', answer});

const granted = (
  {record, attempt}: Extract<Acquired, {kind: 'granted'}>,
  {grant, name}: TokenProviderSpec,
  vault: Vault,
): Change<Begun> => {
  const {token: before} = record;
  const refreshToken =
    grant === 'refresh-token' && before !== undefined
      ? openToken(before, name, vault).refreshToken
      : undefined;
  return {record, answer: {kind: 'granted', attempt, before, refreshToken}};
};
