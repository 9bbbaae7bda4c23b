/**
 * A provider's record as a document of the store: kind `token`, id the provider's name. Instants that never come (a token without
 * expiry) are `null` in JSON.
 */
import {isCount, isMapping} from '../base/untrusted-json.ts';
import {
  type AttemptOutcome,
  EMPTY_RECORD,
  type RefreshAttempt,
  type RefreshRecord,
  type TokenState,
} from '../engine/refresh/refresh-record.ts';

export const TOKEN_KIND = 'token';

export const tokenDocument = (record: RefreshRecord): unknown => ({
  ...record,
  token: record.token && {
    ...record.token,
    expiresAt: Number.isFinite(record.token.expiresAt) ? record.token.expiresAt : null,
  },
});

/** The record that a document holds; undefined when it holds none: anybody who may write to the store may have written it. */
export const readTokenDocument = (value: unknown): RefreshRecord | undefined => {
  if (!isMapping(value)) return undefined;
  const {revision, fencing, generation, failures, notBefore, attempts} = value;
  if (![revision, fencing, generation, failures, notBefore].every(isCount) || !Array.isArray(attempts))
    return undefined;
  const read = (attempts as readonly unknown[]).map(readAttempt);
  const token = value['token'] === undefined ? undefined : readToken(value['token']);
  if (read.includes(undefined) || token === 'wrong') return undefined;
  const suspect = value['suspect'];
  const reauthorise = value['reauthorise'];
  return {
    ...EMPTY_RECORD,
    revision: revision as number,
    fencing: fencing as number,
    generation: generation as number,
    failures: failures as number,
    notBefore: notBefore as number,
    attempts: read as readonly RefreshAttempt[],
    token,
    suspect:
      isMapping(suspect) && isCount(suspect['at'])
        ? {at: suspect['at'], by: textOf(suspect['by']), why: textOf(suspect['why'])}
        : undefined,
    reauthorise:
      isMapping(reauthorise) && isCount(reauthorise['since'])
        ? {
            since: reauthorise['since'],
            why: reauthorise['why'] === 'answer-lost' ? 'answer-lost' : 'rejected',
          }
        : undefined,
  };
};

const OUTCOMES: readonly AttemptOutcome[] = [
  'refreshed',
  'failed',
  'rejected',
  'not-sent',
  'answer-lost',
  'discarded',
];

const readAttempt = (value: unknown): RefreshAttempt | undefined => {
  if (!isMapping(value)) return undefined;
  const {fencing, startedAt, until, phase, reason, generation} = value;
  if (!isCount(fencing) || !isCount(startedAt) || !isCount(until) || !isCount(generation)) return undefined;
  if (phase !== 'granted' && phase !== 'sent' && phase !== 'ended') return undefined;
  return {
    fencing,
    by: textOf(value['by']),
    reason: reason === 'forced' || reason === 'emergency' ? reason : 'due',
    why: textOf(value['why']),
    startedAt,
    until,
    phase,
    outcome: OUTCOMES.find((outcome) => outcome === value['outcome']),
    error: textOf(value['error']),
    generation,
    reuse: value['reuse'] === true,
    told: value['told'] === true,
  };
};

const readToken = (value: unknown): TokenState | 'wrong' => {
  if (!isMapping(value)) return 'wrong';
  const {generation, sealed, obtainedAt, expiresAt, notBefore, scopes} = value;
  if (!isCount(generation) || !isCount(obtainedAt) || !isCount(notBefore) || typeof sealed !== 'string')
    return 'wrong';
  if (expiresAt !== null && !isCount(expiresAt)) return 'wrong';
  return {
    generation,
    sealed,
    obtainedAt,
    expiresAt: expiresAt ?? Number.POSITIVE_INFINITY,
    notBefore,
    scopes: Array.isArray(scopes) ? scopes.filter((scope) => typeof scope === 'string') : [],
    accessPrint: textOf(value['accessPrint']),
    refreshPrint: textOf(value['refreshPrint']),
  };
};

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
