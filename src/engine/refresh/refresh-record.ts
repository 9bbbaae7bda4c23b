/**
 * What a store keeps of one provider's token and of everything that was done to refresh it. One record, changed by
 * compare-and-set: so the budget, the lock, the token and the history can never disagree.
 *
 * Instants are whole microseconds of the store's clock. The record holds no secret: `sealed` is opaque here.
 */

export interface RefreshRecord {
  /** Grows with every change, also across a loss of the store: a process that remembers a later one puts it back. */
  readonly revision: number;
  /**
   * The last fencing token that was handed out; 0: none. The clock's instant, or one more than the last: a store that has forgotten
   * the last one does not hand it out again.
   */
  readonly fencing: number;
  /** Oldest first: those that a window may still count, the last one, and those that the audit journal was not told of. */
  readonly attempts: readonly RefreshAttempt[];
  /** The newest token's, also of one that was removed; 0: there was none yet. */
  readonly generation: number;
  /** Undefined: there is none yet, or it was removed. */
  readonly token: TokenState | undefined;
  /** Failed attempts in a row. */
  readonly failures: number;
  /** No attempt before this: the provider's Retry-After, or backoff after failures. 0: none. */
  readonly notBefore: number;
  /** A caller was answered 401 with the current token. */
  readonly suspect: Suspicion | undefined;
  /** Only a person can help: the provider refuses the refresh token, or it may be spent. */
  readonly reauthorise: Reauthorise | undefined;
}

export interface TokenState {
  /** 1, 2, 3 …: grows with every token. */
  readonly generation: number;
  /** Access and refresh token, encrypted. */
  readonly sealed: string;
  readonly obtainedAt: number;
  /** Infinity: the provider did not say. */
  readonly expiresAt: number;
  /** Not to be used before; 0: at once. */
  readonly notBefore: number;
  readonly scopes: readonly string[];
  /** First characters of a SHA-256: what people may see of a secret. Empty: there is no such token. */
  readonly accessPrint: string;
  readonly refreshPrint: string;
}

export interface Suspicion {
  readonly at: number;
  readonly by: string;
  readonly why: string;
}

export interface Reauthorise {
  readonly since: number;
  readonly why: 'rejected' | 'answer-lost';
}

/** Why an attempt was made. `forced`: by an operator. `emergency`: also against the shorter windows. */
export type RefreshReason = 'due' | 'forced' | 'emergency';

export type AttemptOutcome =
  /** A new token was stored. */
  | 'refreshed'
  /** The provider, or the way to it, failed; the refresh token was not spent. */
  | 'failed'
  /** The provider refused the refresh token. */
  | 'rejected'
  /** Given up before anything was sent. */
  | 'not-sent'
  /** Sent, and no answer is known: the refresh token may be spent. */
  | 'answer-lost'
  /** An answer that came when another token was stored, or another attempt granted, already: the refresh token may be spent. */
  | 'discarded';

export interface RefreshAttempt {
  /** Its fencing token. */
  readonly fencing: number;
  /** Who: an instance, or `user@host`. */
  readonly by: string;
  readonly reason: RefreshReason;
  /** What an operator said; empty for the manager's own. */
  readonly why: string;
  readonly startedAt: number;
  /** Nothing leaves for the provider after it: the end of the lease, and of the attempt once that is known. */
  readonly until: number;
  /** `granted`: nothing was sent. `sent`: perhaps. `ended`: `outcome` tells. */
  readonly phase: 'granted' | 'sent' | 'ended';
  readonly outcome: AttemptOutcome | undefined;
  /** The provider's error code, or that of the connection; empty without one. */
  readonly error: string;
  /** Generation of the token that it would spend. */
  readonly generation: number;
  /** Spends a refresh token that may have been spent before, as the provider grants. */
  readonly reuse: boolean;
  /** Whether the audit journal has it. */
  readonly told: boolean;
}

export const EMPTY_RECORD: RefreshRecord = {
  revision: 0,
  fencing: 0,
  generation: 0,
  attempts: [],
  token: undefined,
  failures: 0,
  notBefore: 0,
  suspect: undefined,
  reauthorise: undefined,
};
