import {describe, expect, test} from 'vitest';
import {judgeToken, type TokenFacts} from '../../src/engine/token-verdict.ts';
import {MINUTE, S} from '../support/instants.ts';

const NOW = 1_000 * MINUTE;
const SUSPECT = {at: NOW - S, by: 'a', why: 'http-401'};

interface Row extends Partial<Omit<TokenFacts, 'token' | 'now' | 'margin'>> {
  readonly what: string;
  /** Minutes until it expires; undefined: there is no token. */
  readonly left: number | undefined;
  /** Minutes until it may be used; default: it may be. */
  readonly notYet?: number;
  readonly refreshPrint?: string;
  readonly is: string;
}

const facts = ({left, notYet = -1, refreshPrint = 'bbbbbbbb', ...rest}: Row): TokenFacts => ({
  token:
    left === undefined
      ? undefined
      : {
          generation: 1,
          sealed: 'sealed',
          obtainedAt: 0,
          expiresAt: NOW + left * MINUTE,
          notBefore: NOW + notYet * MINUTE,
          scopes: [],
          accessPrint: 'aaaaaaaa',
          refreshPrint,
        },
  suspect: rest.suspect,
  reauthorise: rest.reauthorise,
  spends: rest.spends ?? 'refresh-token',
  now: NOW,
  margin: 5 * MINUTE,
});

/** status, recommendation: reasons */
const ROWS: readonly Row[] = [
  {what: 'is far from its expiry', left: 60, is: 'valid, ok'},
  {what: 'is just before its margin', left: 5.001, is: 'valid, ok'},
  {what: 'is at its margin', left: 5, is: 'valid, refresh-soon: expires-soon'},
  {what: 'should have been refreshed', left: 2.5, is: 'valid, refresh-now: expires-very-soon'},
  {what: 'expires at this instant', left: 0, is: 'expired, refresh-now: expired'},
  {what: 'expired', left: -60, is: 'expired, refresh-now: expired'},
  {what: 'never expires', left: Infinity, is: 'valid, ok: expiry-unknown'},
  {what: 'may not be used yet', left: 60, notYet: 1, is: 'not-yet, ok: not-yet-valid'},
  {what: 'may be used from this instant', left: 60, notYet: 0, is: 'valid, ok'},
  {what: 'was answered 401', left: 60, suspect: SUSPECT, is: 'suspect, refresh-now: unauthorised'},
  {
    what: 'expired and was answered 401',
    left: -1,
    suspect: SUSPECT,
    is: 'expired, refresh-now: expired, unauthorised',
  },
  {what: 'is not there', left: undefined, is: 'none, reauthorise: no-token'},
  {
    what: 'is not there, and can be asked for without one',
    left: undefined,
    spends: 'nothing',
    is: 'none, refresh-now: no-token',
  },
  {
    what: 'expired, and can be asked for without one',
    left: -1,
    spends: 'nothing',
    refreshPrint: '',
    is: 'expired, refresh-now: expired',
  },
  {what: 'cannot be refreshed', left: 60, refreshPrint: '', is: 'valid, ok: no-refresh-token'},
  {
    what: 'cannot be refreshed and expires soon',
    left: 4,
    refreshPrint: '',
    is: 'valid, reauthorise: no-refresh-token, expires-soon',
  },
  {
    what: 'works, but its refresh token was refused',
    left: 60,
    reauthorise: {since: NOW, why: 'rejected'},
    is: 'valid, reauthorise: refresh-token-rejected',
  },
  {
    what: 'expired, and its refresh token may be spent',
    left: -1,
    reauthorise: {since: NOW, why: 'answer-lost'},
    is: 'expired, reauthorise: refresh-token-maybe-spent, expired',
  },
  {
    what: 'is not there, and what was there was refused',
    left: undefined,
    reauthorise: {since: NOW, why: 'rejected'},
    is: 'none, reauthorise: refresh-token-rejected, no-token',
  },
];

describe('a token that', () => {
  test.each(ROWS)('$what: $is', (row) => {
    const {status, recommendation, reasons} = judgeToken(facts(row));
    const why = reasons.length === 0 ? '' : `: ${reasons.join(', ')}`;
    expect(`${status}, ${recommendation}${why}`).toBe(row.is);
  });
});
