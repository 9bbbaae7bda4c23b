/** What `migrate` did, or would do. */
export interface SchemaChange {
  readonly dryRun: boolean;
  readonly store: string;
  /** null: this kind of store has no tables to be brought up to date. */
  readonly schema: {
    /** `the schema "ratectl"`, or the name of the file. */
    readonly place: string;
    /** Version before; 0: there was nothing of ratectl. */
    readonly before: number;
    /** Version that this ratectl needs, and with which the store is left. */
    readonly after: number;
    /** In the order in which they were made, or would be; empty: up to date. */
    readonly migrations: readonly {readonly version: number; readonly name: string}[];
  } | null;
}
