import {tokenHealth} from '../../analytics/token-health.ts';
import {ceilMillis, floorMillis, toRfc3339} from '../../base/micros.ts';
import {budgetUse} from '../../engine/refresh/refresh-budget.ts';
import type {RefreshRecord} from '../../engine/refresh/refresh-record.ts';
import {closeLost, runningAttempt} from '../../engine/refresh/refresh-transitions.ts';
import type {TokenProviderSpec} from '../../engine/refresh/token-provider-spec.ts';
import {judgeToken, type TokenFacts} from '../../engine/token-verdict.ts';
import {refreshTime} from '../../token/refresh-time.ts';
import {rulesOf} from '../../token/rules-of.ts';
import type {TokenAttempt, TokenEntry} from '../../view/model/token-list.ts';
import {allowedAt, type SeenBreaker, storedToken} from './token-facts.ts';

export interface EntryParts {
  readonly name: string;
  readonly record: RefreshRecord;
  /** The store's clock, µs. */
  readonly now: number;
  /** undefined: the policy has no such provider. */
  readonly spec: TokenProviderSpec | undefined;
  readonly breaker: SeenBreaker | undefined;
}

/** One line of `token ls`. */
export const tokenEntry = ({name, record: stored, now, spec, breaker}: EntryParts): TokenEntry => {
  const record = spec === undefined ? stored : closeLost(stored, rulesOf(spec), now);
  const {token, suspect, reauthorise, failures} = record;
  const spends = spec === undefined ? 'refresh-token' : rulesOf(spec).spends;
  const facts: TokenFacts = {token, suspect, reauthorise, spends, now, margin: spec?.margin ?? 0};
  const verdict = judgeToken(facts);
  const dueAt = spec === undefined ? undefined : dueOf(record, spec, now);
  const allowed = spec === undefined ? 0 : allowedAt(record, spec, now, 'due');
  return {
    provider: name,
    inPolicy: spec !== undefined,
    token: storedToken(token, now),
    ...verdict,
    score: spec === undefined ? null : scoreOf(facts, record, spec, breaker),
    refreshDueAt: dueAt === undefined ? null : toRfc3339(dueAt),
    refreshAllowedAt: allowed > now ? toRfc3339(allowed) : null,
    nextRefreshInMs: dueAt === undefined ? null : ceilMillis(Math.max(0, Math.max(dueAt, allowed) - now)),
    refreshingBy: runningAttempt(record, now)?.by ?? null,
    last: lastOf(record, now),
    failures,
  };
};

/** What is there is none of ours, or a later version's. */
export const unreadableEntry = (name: string, inPolicy: boolean): TokenEntry => ({
  provider: name,
  inPolicy,
  token: null,
  status: 'unreadable',
  recommendation: null,
  reasons: [],
  score: null,
  refreshDueAt: null,
  refreshAllowedAt: null,
  nextRefreshInMs: null,
  refreshingBy: null,
  last: null,
  failures: 0,
});

const dueOf = (
  {token, reauthorise}: RefreshRecord,
  spec: TokenProviderSpec,
  now: number,
): number | undefined => {
  if (reauthorise !== undefined) return undefined;
  if (spec.grant === 'refresh-token' && !token?.refreshPrint) return undefined;
  const due = token === undefined ? now : refreshTime(token, spec);
  return Number.isFinite(due) ? due : undefined;
};

const scoreOf = (
  facts: TokenFacts,
  {attempts, failures}: RefreshRecord,
  {budget}: TokenProviderSpec,
  breaker: SeenBreaker | undefined,
): number =>
  tokenHealth({
    ...facts,
    failures,
    outcomes: attempts.map(({outcome}) => outcome),
    breaker: breaker?.kind ?? 'closed',
    budget: budgetUse(attempts, budget, facts.now),
  }).score;

const lastOf = ({attempts}: RefreshRecord, now: number): TokenAttempt | null => {
  const ended = attempts.filter(({phase}) => phase === 'ended');
  const last = ended.reduce<(typeof ended)[number] | undefined>(
    (latest, one) => (latest === undefined || one.fencing > latest.fencing ? one : latest),
    undefined,
  );
  if (last === undefined) return null;
  const {until, by, reason, outcome, error} = last;
  return {
    at: toRfc3339(until),
    agoMs: floorMillis(Math.max(0, now - until)),
    by,
    reason,
    outcome: outcome ?? 'unknown',
    error: error === '' ? null : error,
  };
};
