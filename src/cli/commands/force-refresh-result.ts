import {ExitCode} from '../../base/exit-code.ts';
import {ceilMillis, toRfc3339} from '../../base/micros.ts';
import type {RefreshRecord, TokenState} from '../../engine/refresh/refresh-record.ts';
import type {TokenProviderSpec} from '../../engine/refresh/token-provider-spec.ts';
import {decideRefresh} from '../../token/begin-refresh.ts';
import type {RefreshAnswer} from '../../token/refresh-answer.ts';
import type {KnownRecord} from '../../token/token-records.ts';
import type {
  ForceRefreshOutcome,
  ForceRefreshReport,
  ForceRefreshResult,
  RefreshState,
} from '../../view/model/force-refresh.ts';
import type {ForceRefreshRequest} from './force-refresh-request.ts';
import {type SeenBreaker, storedToken} from './token-facts.ts';

/** `would-refresh`: nothing stands in the way. */
export type ForceAnswer = RefreshAnswer | {readonly kind: 'would-refresh'};

/** What `force-refresh` would answer, on what is there; nothing is written or sent. */
export const previewRefresh = (
  known: KnownRecord,
  spec: TokenProviderSpec,
  {reason, why, ifExpiresWithin}: ForceRefreshRequest,
  {breaker, by}: {readonly breaker: SeenBreaker; readonly by: string},
): ForceAnswer => {
  const openUntil = reason === 'emergency' ? undefined : breaker.openUntil;
  const request = {by, reason, why, ifExpiresWithin, seen: Number.POSITIVE_INFINITY};
  const decided = decideRefresh(known, {spec, openUntil}, request);
  return decided.kind === 'granted' ? {kind: 'would-refresh'} : decided.answer;
};

export interface ResultParts {
  readonly provider: string;
  readonly answer: ForceAnswer;
  /** Who asks. */
  readonly by: string;
  readonly before: KnownRecord;
  /** As it is now; the one before when the store could not be asked again. */
  readonly after: KnownRecord;
  readonly state: RefreshState | null;
  /** When the next attempt would be granted, µs; undefined: the store could not be asked. */
  readonly nextAt: number | undefined;
}

export const forceRefreshResult = ({
  provider,
  answer,
  by,
  before,
  after,
  state,
  nextAt,
}: ResultParts): ForceRefreshResult => {
  const retryAt = retryOf(answer, nextAt);
  return {
    provider,
    outcome: answer.kind,
    because: 'because' in answer ? answer.because : answer.kind === 'reauthorise' ? answer.why : null,
    error: 'error' in answer && answer.error !== '' ? answer.error : null,
    detail: 'detail' in answer && answer.detail !== '' ? answer.detail : null,
    before: storedToken(before.record.token, before.now),
    after: storedToken(tokenOf(answer) ?? after.record.token, after.now),
    by: whoseIs(answer, by, after.record),
    retryAfterMs: retryAt === undefined ? null : ceilMillis(Math.max(0, retryAt.at - retryAt.now)),
    retryAt: retryAt === undefined ? null : toRfc3339(retryAt.at),
    state,
  };
};

/** Something else than the provider stood in the way. */
export const brokenResult = (provider: string, detail: string): ForceRefreshResult => ({
  provider,
  outcome: 'failed',
  because: null,
  error: null,
  detail,
  before: null,
  after: null,
  by: null,
  retryAfterMs: null,
  retryAt: null,
  state: null,
});

/** A wait after which no other reason to wait is left: the answer names one of them. */
const retryOf = (
  answer: ForceAnswer,
  nextAt = 0,
): {readonly at: number; readonly now: number} | undefined => {
  switch (answer.kind) {
    case 'busy':
      return {at: answer.until, now: answer.now};
    case 'wait':
      return {at: Math.max(answer.until, nextAt), now: answer.now};
    case 'failed':
    case 'answer-lost':
      return {at: Math.max(answer.retryAt, nextAt), now: answer.now};
    default:
      return undefined;
  }
};

const tokenOf = (answer: ForceAnswer): TokenState | undefined =>
  answer.kind === 'refreshed' || answer.kind === 'adopted' ? answer.after : undefined;

const whoseIs = (answer: ForceAnswer, by: string, {attempts}: RefreshRecord): string | null => {
  if (answer.kind === 'refreshed') return by;
  if (answer.kind === 'busy') return answer.by;
  if (answer.kind !== 'adopted') return null;
  // A token that was put in by hand has no attempt.
  const made = attempts.find(
    ({outcome, generation}) => outcome === 'refreshed' && generation + 1 === answer.after.generation,
  );
  return made?.by ?? null;
};

const DONE: readonly ForceRefreshOutcome[] = ['refreshed', 'would-refresh', 'adopted', 'fresh'];

export const totalsOf = (
  results: readonly ForceRefreshResult[],
  providers: number,
): ForceRefreshReport['totals'] => {
  const done = results.filter(({outcome}) => DONE.includes(outcome)).length;
  return {providers, done, failed: results.length - done, skipped: providers - results.length};
};

const EXITS: Readonly<Record<ForceRefreshOutcome, ExitCode>> = {
  refreshed: ExitCode.ok,
  'would-refresh': ExitCode.ok,
  adopted: ExitCode.ok,
  fresh: ExitCode.ok,
  busy: ExitCode.nothingToDo,
  wait: ExitCode.nothingToDo,
  failed: ExitCode.storeUnreachable,
  'answer-lost': ExitCode.storeUnreachable,
  misconfigured: ExitCode.usage,
  reauthorise: ExitCode.usage,
  'no-token': ExitCode.usage,
};

export const exitOf = ({results, totals}: ForceRefreshReport, all: boolean): ExitCode => {
  if (all) return totals.done < totals.providers ? ExitCode.partial : ExitCode.ok;
  return EXITS[results[0]!.outcome];
};
