import type {StoredToken} from './token-list.ts';

/** `data` of `force-refresh`. Holds no secret. Instants are RFC 3339. */
export interface ForceRefreshReport {
  readonly dryRun: boolean;
  readonly store: string;
  /** Who asks, `user@host`. */
  readonly by: string;
  /** Empty: not said. */
  readonly why: string;
  readonly emergency: boolean;
  /** One for each provider that was asked for, in the order of the policy. */
  readonly results: readonly ForceRefreshResult[];
  readonly totals: {
    readonly providers: number;
    /** `refreshed`, `adopted`, `fresh`, or `would-refresh`. */
    readonly done: number;
    /** Any other outcome. */
    readonly failed: number;
    /** Not begun: the command was interrupted. */
    readonly skipped: number;
  };
}

/**
 * `refreshed`: by this command. `would-refresh`: in a dry run. `adopted`: another process was faster, its token is used. `fresh`:
 * valid for longer than was asked for. `busy`: another process is at it. `wait`: not yet allowed. `failed`, `answer-lost`: may be
 * tried again. `misconfigured`, `reauthorise`, `no-token`: a person has to act.
 */
export type ForceRefreshOutcome =
  | 'refreshed'
  | 'would-refresh'
  | 'adopted'
  | 'fresh'
  | 'busy'
  | 'wait'
  | 'failed'
  | 'answer-lost'
  | 'misconfigured'
  | 'reauthorise'
  | 'no-token';

export interface ForceRefreshResult {
  readonly provider: string;
  readonly outcome: ForceRefreshOutcome;
  /** Of `wait` and `reauthorise`, else null. */
  readonly because: 'budget' | 'backoff' | 'breaker' | 'rejected' | 'answer-lost' | null;
  /** Short code: the provider's, or that of the connection; null without one. */
  readonly error: string | null;
  /** What else is known of it, in words; null: nothing. */
  readonly detail: string | null;
  /** The token before, and the one that is there now; null: none. */
  readonly before: StoredToken | null;
  readonly after: StoredToken | null;
  /** Who refreshed it, or is refreshing it; null: nobody that is known. */
  readonly by: string | null;
  /**
   * After exactly so long another try is allowed, if nobody else tries first; of `busy`: the other one has ended. null: waiting does
   * not help, or need not be.
   */
  readonly retryAfterMs: number | null;
  readonly retryAt: string | null;
  /** How things stand now; null: the store could not be asked. */
  readonly state: RefreshState | null;
}

export interface RefreshState {
  /** The right to refresh, which one process has at a time. */
  readonly lock: {
    readonly held: boolean;
    readonly by: string | null;
    readonly until: string | null;
    readonly remainingMs: number | null;
  };
  readonly budget: readonly BudgetUse[];
  /** Milliseconds until another attempt is allowed; 0: now. */
  readonly nextAllowedInMs: number;
  readonly nextAllowedAt: string;
  readonly breaker: {
    readonly name: string;
    readonly state: 'closed' | 'open' | 'half-open';
    /** Refuses until then; null: lets an attempt through. */
    readonly openUntil: string | null;
  };
  /** Failed attempts in a row. */
  readonly failures: number;
}

/** At most `count` attempts in any stretch of `perMs`. */
export interface BudgetUse {
  readonly count: number;
  readonly perMs: number;
  readonly used: number;
  readonly left: number;
}
