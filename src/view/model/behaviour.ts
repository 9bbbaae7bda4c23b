/** How keys of limits with `behaviour` behave, and which tier that moves them to. Times RFC 3339, UTC, of the store's clock. */

/** `score` is the sum of the terms' `points`. */
export interface KeyBehaviour {
  /** 0 … 1, at most nine decimals; 0.5 of a key that is not known. */
  readonly score: number;
  /** False: fewer requests in the window than `minimumRequests`. */
  readonly known: boolean;
  /** Success, consistency, abuse. */
  readonly terms: readonly BehaviourTerm[];
  /** Requests in the window, those that the limit refused, and those of them that came before the `Retry-After` of the refusal before. */
  readonly requests: number;
  readonly refused: number;
  readonly early: number;
  readonly minimumRequests: number;
  readonly windowMs: number;
  /** A score of at least `promote` moves up, of at most `demote` down. */
  readonly promote: number;
  readonly demote: number;
  /** What was decided. */
  readonly move: 'up' | 'down' | 'none';
  /** When; null: nothing was decided yet. */
  readonly decidedAt: string | null;
  /** Until then it holds, whatever the score; null: the next requests may change it. */
  readonly holdsUntil: string | null;
  /** The tier that requests come with; null: not known. */
  readonly tier: string | null;
  /** The tier that they are treated as; null: as above. */
  readonly treatedAs: string | null;
}

export interface BehaviourTerm {
  readonly term: 'success' | 'consistency' | 'abuse';
  /** 0 … 1; of abuse, 1 − `value` is weighed. */
  readonly value: number;
  readonly weight: number;
  /** 0 … `weight`. */
  readonly points: number;
}

/** What `status` says of a limit with `behaviour`. */
export interface StatusBehaviour {
  readonly limit: string;
  /** From the worst tier to the best. */
  readonly ladder: readonly string[];
  /** Keys that are moved now, of the 200 that were moved last. */
  readonly up: number;
  readonly down: number;
  /** Those that were moved last first, at most 20. */
  readonly keys: readonly MovedKey[];
}

export interface MovedKey extends KeyBehaviour {
  readonly key: string;
}
