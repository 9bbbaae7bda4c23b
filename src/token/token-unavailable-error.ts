import {RatectlError} from '../base/ratectl-error.ts';

/** `short`: it is valid, but not for as long as was asked for. */
export type TokenProblem = 'none' | 'expired' | 'short' | 'not-yet' | 'suspect' | 'reauthorise';

/** There is no token to use now. It never causes a refresh: `retryAfterMs` says when one may be there. */
export class TokenUnavailableError extends RatectlError {
  readonly provider: string;
  readonly problem: TokenProblem;
  /** When a refresh is next allowed, and due where a token is there, ms from now; undefined: only a person can help. */
  readonly retryAfterMs: number | undefined;

  constructor(provider: string, problem: TokenProblem, retryAfterMs: number | undefined) {
    super(`no token of provider "${provider}" can be used: ${WORDS[problem]}`, {
      code: `token/${problem}`,
      hint: hintFor(provider, problem, retryAfterMs),
    });
    this.name = 'TokenUnavailableError';
    this.provider = provider;
    this.problem = problem;
    this.retryAfterMs = retryAfterMs;
  }
}

const hintFor = (provider: string, problem: TokenProblem, retryAfterMs: number | undefined): string => {
  if (retryAfterMs !== undefined)
    return `look at it: ratectl status; refresh by hand: ratectl force-refresh ${provider}`;
  return problem === 'none'
    ? `put one in: ratectl token put ${provider}`
    : `authorise again, and put the new token in: ratectl token put ${provider}`;
};

const WORDS: Readonly<Record<TokenProblem, string>> = {
  none: 'there is none',
  expired: 'it has expired and was not refreshed',
  short: 'it is valid, but not for as long as was asked for',
  'not-yet': 'it is not valid yet',
  suspect: 'the provider answered 401 to it',
  reauthorise: 'the refresh token is refused or may be spent',
};
