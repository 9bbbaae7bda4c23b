import type {Reauthorise, Suspicion, TokenState} from './refresh/refresh-record.ts';
import type {RefreshRules} from './refresh/refresh-rules.ts';

export interface TokenFacts {
  readonly token: TokenState | undefined;
  readonly suspect: Suspicion | undefined;
  readonly reauthorise: Reauthorise | undefined;
  readonly spends: RefreshRules['spends'];
  /** The store's clock, µs. */
  readonly now: number;
  /** A token is refreshed so long before it expires, µs. */
  readonly margin: number;
}

/** `suspect`: it should be valid, and a caller was answered 401 with it. */
export type TokenStatus = 'valid' | 'not-yet' | 'expired' | 'suspect' | 'none';

/**
 * What a person should do, or expect. `refresh-soon`: the token manager is about to refresh it. `refresh-now`: that should have
 * happened already, or the token does not work. `reauthorise`: no refresh can help. The token manager itself goes by the expiry alone:
 * a 401 makes nobody refresh.
 */
export type TokenRecommendation = 'ok' | 'refresh-soon' | 'refresh-now' | 'reauthorise';

export type TokenReason =
  | 'no-token'
  | 'not-yet-valid'
  | 'expired'
  /** Within the margin; `expires-very-soon`: within the second half of it. */
  | 'expires-soon'
  | 'expires-very-soon'
  | 'expiry-unknown'
  | 'unauthorised'
  | 'no-refresh-token'
  | 'refresh-token-rejected'
  | 'refresh-token-maybe-spent';

export interface TokenVerdict {
  readonly status: TokenStatus;
  readonly recommendation: TokenRecommendation;
  /** Those that apply, the weightiest first; none: all is well. */
  readonly reasons: readonly TokenReason[];
}

/** How a token stands, from what its record says: nothing is asked of the provider. */
export const judgeToken = (facts: TokenFacts): TokenVerdict => {
  const reasons = [...refreshReasons(facts), ...tokenReasons(facts)];
  return {status: statusOf(facts), recommendation: recommend(facts, reasons), reasons};
};

const statusOf = ({token, suspect, now}: TokenFacts): TokenStatus => {
  if (token === undefined) return 'none';
  if (now >= token.expiresAt) return 'expired';
  if (now < token.notBefore) return 'not-yet';
  return suspect === undefined ? 'valid' : 'suspect';
};

/** Why no refresh can help. */
const refreshReasons = ({token, reauthorise, spends}: TokenFacts): readonly TokenReason[] => {
  if (reauthorise !== undefined)
    return [reauthorise.why === 'rejected' ? 'refresh-token-rejected' : 'refresh-token-maybe-spent'];
  return spends === 'refresh-token' && token?.refreshPrint === '' ? ['no-refresh-token'] : [];
};

const tokenReasons = ({token, suspect, now, margin}: TokenFacts): readonly TokenReason[] => {
  if (token === undefined) return ['no-token'];
  const reasons: TokenReason[] = [];
  const left = token.expiresAt - now;
  if (left <= 0) reasons.push('expired');
  else if (left <= margin / 2) reasons.push('expires-very-soon');
  else if (left <= margin) reasons.push('expires-soon');
  if (now < token.notBefore) reasons.push('not-yet-valid');
  if (suspect !== undefined) reasons.push('unauthorised');
  if (token.expiresAt === Number.POSITIVE_INFINITY) reasons.push('expiry-unknown');
  return reasons;
};

const recommend = (
  {token, reauthorise, spends}: TokenFacts,
  reasons: readonly TokenReason[],
): TokenRecommendation => {
  if (reauthorise !== undefined) return 'reauthorise';
  const refresh = urgency(reasons);
  const canRefresh = spends === 'nothing' || Boolean(token?.refreshPrint);
  return refresh !== 'ok' && !canRefresh ? 'reauthorise' : refresh;
};

const urgency = (reasons: readonly TokenReason[]): 'ok' | 'refresh-soon' | 'refresh-now' => {
  if (reasons.some((reason) => URGENT.includes(reason))) return 'refresh-now';
  return reasons.includes('expires-soon') ? 'refresh-soon' : 'ok';
};

const URGENT: readonly TokenReason[] = ['no-token', 'expired', 'expires-very-soon', 'unauthorised'];
