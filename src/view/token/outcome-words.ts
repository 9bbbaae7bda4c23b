import {spanText} from '../../base/span-text.ts';
import type {Role} from '../colour.ts';
import type {Piece} from '../flow.ts';
import type {ForceRefreshOutcome, ForceRefreshResult} from '../model/force-refresh.ts';

const ROLES: Readonly<Record<ForceRefreshOutcome, Role>> = {
  refreshed: 'good',
  'would-refresh': 'strong',
  adopted: 'good',
  fresh: 'good',
  busy: 'warn',
  wait: 'warn',
  failed: 'bad',
  'answer-lost': 'bad',
  misconfigured: 'bad',
  reauthorise: 'bad',
  'no-token': 'bad',
};

/** `answer lost`. */
export const outcomeName = ({outcome}: ForceRefreshResult): Piece => ({
  text: outcome.replaceAll('-', ' '),
  role: ROLES[outcome],
});

/** The outcome in words, with the wait where there is one. */
export const outcomeText = (result: ForceRefreshResult): Piece => ({
  text: wordsOf(result),
  role: ROLES[result.outcome],
});

const wordsOf = ({outcome, because, by, retryAfterMs}: ForceRefreshResult): string => {
  const wait = retryAfterMs === null ? '' : spanText(retryAfterMs);
  switch (outcome) {
    case 'refreshed':
      return 'refreshed';
    case 'would-refresh':
      return 'would be refreshed';
    case 'adopted':
      return by === null ? 'there is a newer token already' : `refreshed by ${by} already`;
    case 'fresh':
      return 'fresh enough, left as it is';
    case 'busy':
      return `${by ?? 'another process'} is refreshing it, at most ${wait} more`;
    case 'wait':
      return `not yet, in ${wait}: ${because === null ? 'not allowed yet' : WAITS[because]}`;
    case 'failed':
      return retryAfterMs === null ? 'failed' : `failed; another try is allowed in ${wait}`;
    case 'answer-lost':
      return `the answer was lost; another try is allowed in ${wait}`;
    case 'misconfigured':
      return 'the set-up of the client is wrong';
    case 'reauthorise':
      return because === 'answer-lost'
        ? 'to be authorised anew: the refresh token may be spent'
        : 'to be authorised anew: the refresh token is refused';
    case 'no-token':
      return 'there is no token to begin with';
  }
};

const WAITS: Readonly<Record<NonNullable<ForceRefreshResult['because']>, string>> = {
  budget: 'the budget is used up',
  backoff: 'the last attempt failed',
  breaker: 'the circuit breaker is open',
  rejected: 'the refresh token is refused',
  'answer-lost': 'the refresh token may be spent',
};

/** What to do; empty: nothing. */
export const nextStep = (
  {outcome, provider, because, retryAfterMs}: ForceRefreshResult,
  emergency: boolean,
): string => {
  const wait = spanText(retryAfterMs ?? 0);
  switch (outcome) {
    case 'busy':
      return `run it again in ${wait}, or wait longer with --wait; its token is taken then`;
    case 'wait':
      return `run it again in ${wait}${emergency ? '' : '; an emergency may be sooner: --emergency --reason TEXT'}`;
    case 'failed':
      return retryAfterMs === null ? '' : `run it again in ${wait}`;
    case 'answer-lost':
      return because === 'answer-lost' ? '' : `run it again in ${wait}`;
    case 'misconfigured':
      return 'check clientId, auth, the secret and scopes in the policy';
    case 'reauthorise':
    case 'no-token':
      return `let a person authorise, then: ratectl token put ${provider}`;
    default:
      return '';
  }
};
