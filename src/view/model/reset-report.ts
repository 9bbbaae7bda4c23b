/** What `reset` did, or would do: `data` in the JSON answer. */
export interface ResetReport {
  /** `plan`: written to a file, and nothing else. */
  readonly action: 'reset' | 'undo' | 'plan';
  /** Nothing was changed: the numbers are what would be. */
  readonly dryRun: boolean;
  /** As it is typed, or the file of --plan or --undo. */
  readonly selector: string;
  /** The store's URL without any secret. */
  readonly store: string;
  /** Keys that were reset or restored (dry run, plan: that would be). A key with state in several tiers counts once per tier. */
  readonly keys: number;
  /** The first ones by limit, key and tier, as they were before; for an undo as they are again. */
  readonly shown: readonly ResetKey[];
  /** Undo: keys that were as before already. */
  readonly already: number;
  /** Undo: keys that the store would have forgotten by now; they stay forgotten. */
  readonly expired: number;
  /** Keys that stayed as they were although they should have changed. */
  readonly failed: number;
  /** The first of them. */
  readonly failedKeys: readonly FailedKey[];
  /** False when the store failed before all was done: the same command again does the rest. */
  readonly complete: boolean;
  /** What the store said then; null otherwise. */
  readonly error: string | null;
  /** Where the receipt is; null without one. */
  readonly receipt: string | null;
  /** Where the plan is; null without one. */
  readonly plan: string | null;
  readonly by: string;
  readonly host: string;
  readonly why: string;
}

export interface ResetKey {
  readonly limit: string;
  readonly key: string;
  readonly tier: string;
  /** Units used and all units; null when no policy says what the state means. */
  readonly used: number | null;
  readonly capacity: number | null;
  /** When the store would forget the key by itself, RFC 3339; null: never. */
  readonly expiresAt: string | null;
}

export interface FailedKey {
  readonly limit: string;
  readonly key: string;
  readonly tier: string;
  readonly why: 'changed' | 'in use' | 'unknown';
}

/** What `reset --breaker` did, or would do: `data` in the JSON answer. */
export interface BreakerResetReport {
  readonly dryRun: boolean;
  readonly breaker: string;
  /** The store's URL without any secret. */
  readonly store: string;
  /** As it stood before; of several the first. */
  readonly before: {
    readonly state: 'closed' | 'open' | 'half-open';
    /** In a row. */
    readonly failures: number;
    /** When it was opened, RFC 3339; null: it was not. */
    readonly openedAt: string | null;
  };
  /** Of a breaker with a key: for how many keys it was not closed, and is now; null: it was one breaker. */
  readonly keys: number | null;
  /** False: it was closed with nothing counted, so there was nothing to reset. */
  readonly changed: boolean;
  /** False when the store failed before all were closed: the same command again does the rest. */
  readonly complete: boolean;
  /** What the store said then; null otherwise. */
  readonly error: string | null;
  readonly by: string;
  readonly host: string;
  readonly why: string;
}

/** What `reset --queue`, or an undo of it, did or would do: `data` in the JSON answer. */
export interface QueueResetReport {
  /** `drain`: items were taken out; `undo`: put back. */
  readonly action: 'drain' | 'undo';
  readonly dryRun: boolean;
  readonly queue: string;
  /** Which items. */
  readonly state: 'waiting' | 'dead';
  /** The store's URL without any secret. */
  readonly store: string;
  /** Taken out, or put back (dry run: that would be). */
  readonly items: number;
  /** The first ones, as they were before; without payloads, which are in the receipt. */
  readonly shown: readonly ShownItem[];
  /** Drain: items in the hands of workers, who keep them. */
  readonly claimed: number;
  /** Undo: items that were put back before, or never taken out. */
  readonly already: number;
  /** False when the store failed before all was done: the same command again does the rest. */
  readonly complete: boolean;
  /** What the store said then; null otherwise. */
  readonly error: string | null;
  /** Where the receipt is; null without one. */
  readonly receipt: string | null;
  readonly by: string;
  readonly host: string;
  readonly why: string;
}

export interface ShownItem {
  readonly id: string;
  readonly class: string;
  /** RFC 3339. */
  readonly enqueuedAt: string;
  /** Failed ones. */
  readonly attempts: number;
  /** Of the last failure; empty without one. */
  readonly error: string;
}

/** What `reset --pool` did, or would do: `data` in the JSON answer. */
export interface PoolResetReport {
  readonly dryRun: boolean;
  readonly pool: string;
  /** The store's URL without any secret. */
  readonly store: string;
  /** Slots that were freed (dry run: that would be). */
  readonly slots: number;
  /** Requests that wait for them; they stay. */
  readonly waiting: number;
  /** The first of those who had a slot, the oldest first, at most 10. */
  readonly holders: readonly PoolHolder[];
  /** False: no slot was taken. */
  readonly changed: boolean;
  readonly by: string;
  readonly host: string;
  readonly why: string;
}

export interface PoolHolder {
  /** The client; empty where clients are not told apart. */
  readonly key: string;
  /** When the slot was given, RFC 3339. */
  readonly since: string;
}
