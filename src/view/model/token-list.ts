/** Tokens of providers, without any secret: what `token ls`, `token put`, `token rm` and `token rekey` answer. */

/** A token in the store. Fingerprints are the first 8 hexadecimal digits of a SHA-256. Instants are RFC 3339. */
export interface StoredToken {
  /** 1, 2, 3 …: grows with every token of the provider. */
  readonly generation: number;
  /** null: there is none. */
  readonly accessFingerprint: string | null;
  readonly refreshFingerprint: string | null;
  readonly obtainedAt: string;
  /** null: the provider did not say. */
  readonly expiresAt: string | null;
  /** Milliseconds until then, negative when it is past; null: the provider did not say. */
  readonly expiresInMs: number | null;
  readonly scopes: readonly string[];
  /** Id of the key that it is encrypted with; null: not readable. */
  readonly keyId: string | null;
}

/** `data` of `token ls`. */
export interface TokenList {
  readonly store: string;
  /** The store's clock. */
  readonly now: string;
  /** The process that refreshes; null: none is running. */
  readonly leader: string | null;
  /** By name. */
  readonly tokens: readonly TokenEntry[];
}

export interface TokenEntry {
  readonly provider: string;
  /** Whether the policy names the provider; of others only what the store says is known. */
  readonly inPolicy: boolean;
  /** null: there is none, or it was removed. */
  readonly token: StoredToken | null;
  readonly status: 'valid' | 'not-yet' | 'expired' | 'suspect' | 'none' | 'unreadable';
  readonly recommendation: 'ok' | 'refresh-soon' | 'refresh-now' | 'reauthorise' | null;
  /** The weightiest first. */
  readonly reasons: readonly string[];
  /** 0 (a person has to act) … 100; null: not in the policy. */
  readonly score: number | null;
  /** When the token manager would refresh it if that is allowed; null: not by itself. */
  readonly refreshDueAt: string | null;
  /** Not before that: budget and backoff; null: now, or not known. */
  readonly refreshAllowedAt: string | null;
  /** Milliseconds until it is both due and allowed; null: never, as things are. */
  readonly nextRefreshInMs: number | null;
  /** Who is refreshing it at this moment; null: nobody. */
  readonly refreshingBy: string | null;
  /** The last attempt that ended; null: none is known. */
  readonly last: TokenAttempt | null;
  /** Failed attempts in a row. */
  readonly failures: number;
}

export interface TokenAttempt {
  readonly at: string;
  readonly agoMs: number;
  readonly by: string;
  readonly reason: 'due' | 'forced' | 'emergency';
  readonly outcome: string;
  /** Error code; null without one. */
  readonly error: string | null;
}

/** `data` of `token put` and `token rm`. */
export interface TokenChange {
  readonly action: 'put' | 'rm';
  readonly dryRun: boolean;
  readonly store: string;
  readonly provider: string;
  /** null: there was none. */
  readonly before: StoredToken | null;
  /** null: there is none. */
  readonly after: StoredToken | null;
  /** What happens next; null: nothing does by itself. */
  readonly next: NextRefresh | null;
}

export interface NextRefresh {
  readonly at: string;
  readonly inMs: number;
  /** The process that does it; null: none is running. */
  readonly by: string | null;
}

/** `data` of `token rekey`. */
export interface TokenRekey {
  readonly dryRun: boolean;
  readonly store: string;
  /** Id of the key that seals. */
  readonly keyId: string;
  readonly tokens: readonly RekeyedToken[];
}

export interface RekeyedToken {
  readonly provider: string;
  /** `current`: it is encrypted with that key already. */
  readonly outcome: 'rekeyed' | 'would-rekey' | 'current' | 'no-token' | 'failed';
  /** Id of the key that it was encrypted with; null: there is no token. */
  readonly keyId: string | null;
  readonly error: string | null;
}
