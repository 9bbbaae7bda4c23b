/** SQL with a name under which a server may keep it prepared; names are unique within a store. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** Rows of columns, each as the server wrote it. */
export type TextRows = readonly (readonly (string | null)[])[];

/** A parameter: in Postgres' text form. */
export type Parameter = string | number | boolean | null;
