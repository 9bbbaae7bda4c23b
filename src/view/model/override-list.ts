/** Overrides that hold now: `data` of `override ls`. */
export interface OverrideList {
  readonly store: string;
  /** By limit and key. */
  readonly overrides: readonly OverrideEntry[];
}

export interface OverrideEntry {
  readonly limit: string;
  readonly key: string;
  readonly effect: 'exempt' | 'block' | 'buckets';
  /** Each bucket in words: `10 per 1s, burst 20 (token-bucket)`. Empty without buckets. */
  readonly buckets: readonly string[];
  readonly by: string;
  readonly why: string;
  /** When it was set, RFC 3339; null when the document does not say so. */
  readonly at: string | null;
  /** RFC 3339; null: until it is removed. */
  readonly until: string | null;
  /** Milliseconds until then; null: until it is removed. */
  readonly remainingMs: number | null;
}

/** What `override set` and `override rm` did, or would do: `data` in their JSON answers. */
export interface OverrideChange {
  readonly action: 'set' | 'rm';
  readonly dryRun: boolean;
  readonly store: string;
  readonly limit: string;
  readonly key: string;
  /** What holds now; null: nothing. */
  readonly override: OverrideEntry | null;
  /** What held before; null: nothing. */
  readonly before: OverrideEntry | null;
  /** Of what is set: the buckets of the limit that hold for the key no more while it does, in words. */
  readonly dropped?: readonly string[];
}
