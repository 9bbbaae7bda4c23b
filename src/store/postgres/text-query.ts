import type pg from 'pg';
import type {Parameter, Statement, TextRows} from './statement.ts';

/** What the driver keeps of a connection: the statements that it prepared, by name. */
type PreparingConnection = pg.Connection & {readonly parsedStatements: Readonly<Record<string, string>>};

/**
 * One statement for the driver, with rows as the server wrote them. The driver's own query copies its options, asks for a
 * description of each result and makes parsers of it: half of what a check costs this process, and nothing that anybody reads.
 */
export class TextQuery implements pg.Submittable {
  /** Empty: it is not kept prepared. The driver reads both. */
  readonly name: string;
  readonly text: string;
  readonly #values: readonly Parameter[];
  readonly #done: (error: Error | undefined, rows: TextRows) => void;
  readonly #rows: (string | null)[][] = [];

  /** `done` is called once. */
  constructor(
    {name, text}: Statement,
    values: readonly Parameter[],
    done: (error: Error | undefined, rows: TextRows) => void,
  ) {
    this.name = name;
    this.text = text;
    this.#values = values;
    this.#done = done;
  }

  submit(connection: pg.Connection): void {
    const {name, text} = this;
    if (name === '' && this.#values.length === 0) {
      // Also several statements in one text.
      connection.query(text);
      return;
    }
    const {parsedStatements} = connection as PreparingConnection;
    connection.stream.cork();
    if (name === '' || parsedStatements[name] === undefined) connection.parse({name, text, types: []}, true);
    connection.bind({statement: name, values: this.#values.map(wireText)}, true);
    connection.execute(null, true);
    connection.sync();
    connection.stream.uncork();
  }

  handleRowDescription(): void {}

  handleDataRow({fields}: {readonly fields: (string | null)[]}): void {
    this.#rows.push(fields);
  }

  handleCommandComplete(): void {}

  handleEmptyQuery(): void {}

  handlePortalSuspended(): void {}

  handleReadyForQuery(): void {
    this.#done(undefined, this.#rows);
  }

  handleError(error: Error): void {
    this.#done(error, []);
  }
}

const wireText = (value: Parameter): string | null => (value === null ? null : String(value));
