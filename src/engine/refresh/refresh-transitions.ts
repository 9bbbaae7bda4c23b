/**
 * How a record changes: pure functions from a record and an instant to the next record. Whoever refreshes goes through
 * `acquire` → `markSent` → `settle`, each written by compare-and-set before the next step is taken:
 *
 *     acquire    a fencing token, and a lease until which the request has to be sent and answered (`renew` extends it)
 *     markSent   the refresh token may be spent from here on
 *     settle     what came of it, and the new token
 *
 * A process that dies after `acquire` leaves an attempt that counts; one that dies after `markSent` one whose answer is lost.
 * Both are found by the next `acquire`, or `closeLost`.
 */
import {DIED, ended, forgetOld, isCurrent, next, reopened, wasClosed, withAttempt} from './record-changes.ts';
import {nextAllowed} from './refresh-budget.ts';
import type {
  AttemptOutcome,
  Reauthorise,
  RefreshAttempt,
  RefreshReason,
  RefreshRecord,
  Suspicion,
  TokenState,
} from './refresh-record.ts';
import type {RefreshRules} from './refresh-rules.ts';
import {rotates, spendings, unspendable} from './spent-token.ts';

export type {RefreshRules, Rotation} from './refresh-rules.ts';

export interface AcquireRequest {
  readonly now: number;
  readonly by: string;
  readonly reason: RefreshReason;
  readonly why: string;
}

export type Acquired =
  | {readonly kind: 'granted'; readonly record: RefreshRecord; readonly attempt: RefreshAttempt}
  /** Somebody else is at it. */
  | {readonly kind: 'busy'; readonly by: string; readonly until: number}
  | {readonly kind: 'wait'; readonly until: number; readonly because: 'budget' | 'backoff'}
  | {readonly kind: 'reauthorise'; readonly why: Reauthorise['why']}
  | {readonly kind: 'no-token'};

/** The attempt that holds the lease at `now`. */
export const runningAttempt = ({attempts}: RefreshRecord, now: number): RefreshAttempt | undefined =>
  attempts.find(({phase, until}) => phase !== 'ended' && now < until);

/** Asks for the right to refresh. Only `granted` changes the record. */
export const acquire = (stored: RefreshRecord, rules: RefreshRules, request: AcquireRequest): Acquired => {
  const {now, by, reason, why} = request;
  const record = closeLost(stored, rules, now);
  const running = runningAttempt(record, now);
  if (running !== undefined) return {kind: 'busy', by: running.by, until: running.until};
  // Also by the rules of this caller: whoever lost the answer may have had others.
  const reauthorise = record.reauthorise ?? unspendable(record, rules, now);
  if (reauthorise !== undefined) return {kind: 'reauthorise', why: reauthorise.why};
  if (rules.spends === 'refresh-token' && !record.token?.refreshPrint) return {kind: 'no-token'};
  const free = nextAllowed(record.attempts, rules.budget, now, reason);
  if (free > now) return {kind: 'wait', until: free, because: 'budget'};
  if (record.notBefore > now && reason !== 'emergency')
    return {kind: 'wait', until: record.notBefore, because: 'backoff'};
  const attempt: RefreshAttempt = {
    fencing: Math.max(record.fencing + 1, now),
    by,
    reason,
    why,
    startedAt: now,
    until: now + rules.lease,
    phase: 'granted',
    outcome: undefined,
    error: '',
    generation: record.generation,
    reuse: rotates(rules) && spendings(record) > 0,
    told: false,
  };
  const attempts = [...forgetOld(record, rules, now), attempt];
  return {kind: 'granted', attempt, record: next(record, {fencing: attempt.fencing, attempts})};
};

/** Undefined: the lease is over, or was another's, or the token is not the one any more; nothing may be sent. */
export const markSent = (record: RefreshRecord, fencing: number, now: number): RefreshRecord | undefined => {
  const others = record.attempts.filter((one) => one.fencing !== fencing);
  if (runningAttempt({...record, attempts: others}, now) !== undefined) return undefined;
  return change(record, fencing, now, () => ({phase: 'sent'}));
};

/** Undefined as in `markSent`: whoever is at it has to stop. A lease never becomes shorter. `lease` in µs. */
export const renew = (
  record: RefreshRecord,
  fencing: number,
  now: number,
  lease: number,
): RefreshRecord | undefined =>
  change(record, fencing, now, ({until}) => ({until: Math.max(until, Math.floor(now + lease))}));

export type RefreshResult =
  | {readonly kind: 'refreshed'; readonly token: Omit<TokenState, 'generation'>}
  /** `retryAt`: not before, µs of the store's clock; 0: whenever the budget allows. */
  | {readonly kind: 'failed'; readonly error: string; readonly retryAt: number}
  | {readonly kind: 'rejected'; readonly error: string}
  | {readonly kind: 'not-sent'; readonly error: string}
  | {readonly kind: 'answer-lost'; readonly error: string; readonly retryAt: number};

export interface Settled {
  readonly record: RefreshRecord;
  readonly outcome: AttemptOutcome;
}

/**
 * What came of an attempt. A token is stored only when the one that was spent is still the current one and no later attempt was
 * granted; a refusal counts only under the same condition. Whoever was late, so that the attempt was closed as lost, corrects that.
 * Settling a second time changes nothing.
 */
export const settle = (
  record: RefreshRecord,
  rules: RefreshRules,
  {fencing, now, result}: {readonly fencing: number; readonly now: number; readonly result: RefreshResult},
): Settled => {
  const attempt = record.attempts.find((one) => one.fencing === fencing);
  if (attempt === undefined) return {outcome: 'discarded', record};
  if (attempt.outcome !== undefined && !wasClosed(attempt)) return {outcome: attempt.outcome, record};
  const current = isCurrent(record, attempt);
  const answered = result.kind === 'refreshed' || result.kind === 'rejected';
  const outcome: AttemptOutcome = answered && !current ? 'discarded' : result.kind;
  const until = Math.max(attempt.startedAt, Math.min(now, attempt.until));
  const before = current && wasClosed(attempt) ? reopened(record) : record;
  const settled = withAttempt(before, ended(attempt, outcome, until, errorOf(result)));
  const changes = current ? consequences(settled, rules, result, now) : {};
  return {outcome, record: next(settled, changes)};
};

/** Closes attempts whose lease ended without a word of what came of them. */
export const closeLost = (record: RefreshRecord, rules: RefreshRules, now: number): RefreshRecord => {
  const lost = record.attempts.filter(({phase, until}) => phase !== 'ended' && now >= until);
  if (lost.length === 0) return record;
  const outcomeOf = ({phase}: RefreshAttempt): AttemptOutcome =>
    phase === 'sent' ? 'answer-lost' : 'failed';
  const closed = lost.reduce(
    (all, one) => withAttempt(all, ended(one, outcomeOf(one), one.until, DIED)),
    record,
  );
  const failed = lost.some((one) => isCurrent(record, one));
  return next(closed, {
    failures: record.failures + Number(failed),
    reauthorise: record.reauthorise ?? unspendable(closed, rules, now),
  });
};

/** Puts a token in place of whatever there was: an operator gave it. The history stays: the budget counts on. */
export const installToken = (
  record: RefreshRecord,
  token: Omit<TokenState, 'generation'> | undefined,
): RefreshRecord =>
  next(record, {
    generation: record.generation + 1,
    token: token && {...token, generation: record.generation + 1},
    // An attempt that is under way spends the old one: its answer will be discarded.
    fencing: Math.max(record.fencing + 1, token?.obtainedAt ?? 0),
    failures: 0,
    notBefore: 0,
    suspect: undefined,
    reauthorise: undefined,
  });

/**
 * A caller was answered 401 with the token of `generation` (default: the current one). The token stays, and nobody refreshes because
 * of it. Late words about an earlier token change nothing.
 */
export const reportSuspect = (
  record: RefreshRecord,
  suspect: Suspicion,
  generation = record.generation,
): RefreshRecord =>
  record.suspect === undefined && generation === record.generation ? next(record, {suspect}) : record;

/** The audit journal has these attempts by now, as `untold` answered them; one that was settled otherwise since is told again. */
export const markTold = (record: RefreshRecord, told: readonly RefreshAttempt[]): RefreshRecord => {
  const isTold = (one: RefreshAttempt): boolean =>
    !one.told && told.some(({fencing, outcome}) => fencing === one.fencing && outcome === one.outcome);
  if (!record.attempts.some(isTold)) return record;
  return next(record, {attempts: record.attempts.map((one) => (isTold(one) ? {...one, told: true} : one))});
};

/** Attempts that have ended and are not in the audit journal. */
export const untold = ({attempts}: RefreshRecord): readonly RefreshAttempt[] =>
  attempts.filter(({phase, told}) => phase === 'ended' && !told);

const change = (
  record: RefreshRecord,
  fencing: number,
  now: number,
  changes: (attempt: RefreshAttempt) => Partial<RefreshAttempt>,
): RefreshRecord | undefined => {
  const attempt = record.attempts.find((one) => one.fencing === fencing);
  if (attempt === undefined || attempt.phase === 'ended' || now >= attempt.until) return undefined;
  if (!isCurrent(record, attempt)) return undefined;
  return next(withAttempt(record, {...attempt, ...changes(attempt)}), {});
};

const errorOf = (result: RefreshResult): string => (result.kind === 'refreshed' ? '' : result.error);

const consequences = (
  record: RefreshRecord,
  rules: RefreshRules,
  result: RefreshResult,
  now: number,
): Partial<RefreshRecord> => {
  const failures = record.failures + 1;
  switch (result.kind) {
    case 'refreshed':
      return {
        generation: record.generation + 1,
        token: {...result.token, generation: record.generation + 1},
        failures: 0,
        notBefore: 0,
        suspect: undefined,
        reauthorise: undefined,
      };
    case 'failed':
      return {failures, notBefore: result.retryAt};
    case 'answer-lost':
      return {failures, notBefore: result.retryAt, reauthorise: unspendable(record, rules, now)};
    case 'rejected':
      return {failures, reauthorise: {since: now, why: spendings(record) > 0 ? 'answer-lost' : 'rejected'}};
    case 'not-sent':
      return {};
  }
};
