/** The journal of changes: `data` of `audit`. */
export interface AuditList {
  readonly store: string;
  /** The newest first. */
  readonly entries: readonly AuditRow[];
}

export interface AuditRow {
  /** RFC 3339, UTC, the store's clock. */
  readonly at: string;
  readonly action: string;
  readonly by: string;
  readonly host: string;
  readonly why: string;
  readonly target: string;
  readonly keys: number;
  readonly receipt: string | null;
  /** What came of it, in words; null where the entry says nothing of that. */
  readonly note: string | null;
}
