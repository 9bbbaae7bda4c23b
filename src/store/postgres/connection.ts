import type {Socket} from 'node:net';
import pg from 'pg';
import {Deadlines} from '../../base/deadlines.ts';
import type {Parameter, Statement, TextRows} from './statement.ts';
import {TextQuery} from './text-query.ts';

export interface ConnectionOptions {
  readonly config: pg.ClientConfig;
  readonly access: 'read' | 'write';
  /** Of a statement. */
  readonly timeoutMs: number;
  readonly connectTimeoutMs: number;
  /** Whether the server keeps what is set for a session: not behind a pooler. `auto` finds out. */
  readonly session: 'auto' | 'own' | 'shared';
}

/** `code` of an error: the connection ended while it was made. */
export const CLOSED_EARLY = 'CLOSED_EARLY';

/** `code` of an error: values would come back changed. */
export const WRONG_FORM = 'WRONG_FORM';

/** How values are written and read: a database, or a role, may have it otherwise, and fractions or whole rows would be lost. */
const FORMS: readonly (readonly [setting: string, wanted: string])[] = [
  ['extra_float_digits', '1'],
  ['bytea_output', 'hex'],
  ['array_nulls', 'on'],
];

const LOOK: Statement = {
  name: '',
  text: `select pg_backend_pid(), ${FORMS.map(([name]) => `current_setting('${name}')`).join(', ')}`,
};

/** Where nothing can be set for a session it has to be right as it is. Throws when it is not. */
const refuseForms = ([, ...found]: readonly (string | null)[]): void => {
  const [digits] = found;
  const wrong = FORMS.filter(([, wanted], i) => (i === 0 ? !(Number(digits) > 0) : found[i] !== wanted));
  if (wrong.length === 0) return;
  const names = wrong.map(([name, wanted]) => `${name} = ${wanted}`).join(', ');
  throw Object.assign(new Error(`ratectl needs ${names}`), {code: WRONG_FORM});
};

/** One connection, one statement at a time. Rejects with what went wrong as it came. */
export class Connection {
  readonly #client: pg.Client;
  readonly #access: 'read' | 'write';
  readonly #timeoutMs: number;
  readonly #connectTimeoutMs: number;
  readonly #deadlines: Deadlines;
  #session: 'own' | 'shared' = 'shared';
  #failure: Error | undefined;

  private constructor({config, access, timeoutMs, connectTimeoutMs}: ConnectionOptions) {
    this.#client = new pg.Client({
      ...config,
      connectionTimeoutMillis: connectTimeoutMs,
      keepAlive: true,
    });
    this.#access = access;
    this.#timeoutMs = timeoutMs;
    this.#connectTimeoutMs = connectTimeoutMs;
    this.#deadlines = new Deadlines(timeoutMs);
    this.#client.on('error', (error) => {
      this.#failure ??= error;
    });
  }

  static async open(options: ConnectionOptions): Promise<Connection> {
    const connection = new Connection(options);
    try {
      await connection.#within<void>(options.connectTimeoutMs, (done) => {
        connection.#client.connect().then(() => done(undefined), done);
      });
      await connection.#settle(options.session);
    } catch (error) {
      connection.destroy();
      if (/Connection terminated/.test((error as Error).message))
        throw Object.assign(new Error('the server closed the connection before it answered'), {
          code: CLOSED_EARLY,
        });
      throw error;
    }
    return connection;
  }

  /** Why it can be used no more; undefined: it can. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** Whether the server keeps what is set for the session. */
  get session(): 'own' | 'shared' {
    return this.#session;
  }

  /** Calls back for every notification of a channel that is listened to, and once when the connection ended, for whatever reason. */
  watch({onNotification, onEnd}: {onNotification(payload: string): void; onEnd(): void}): void {
    this.#client.on('notification', ({payload}) => onNotification(payload ?? ''));
    this.#client.once('end', onEnd);
  }

  /**
   * Runs one statement. With access `read` nothing can be written: by the session's own setting, or in a transaction that says
   * so where sessions are shared.
   */
  query(statement: Statement, values: readonly Parameter[]): Promise<TextRows> {
    if (this.#access === 'read' && this.#session === 'shared')
      return this.transaction('read only', (query) => query(statement, values));
    return this.#run(statement, values);
  }

  /** Statements in one transaction; on one connection of the server also behind a pooler. Each may take `timeoutMs`. */
  async transaction<T>(
    mode: 'read only' | 'read write',
    work: (query: (statement: Statement, values: readonly Parameter[]) => Promise<TextRows>) => Promise<T>,
    timeoutMs = this.#timeoutMs,
  ): Promise<T> {
    const patience = timeoutMs === this.#timeoutMs ? '' : `; set local statement_timeout = ${timeoutMs}`;
    await this.#run({name: '', text: `begin isolation level read committed ${mode}${patience}`}, []);
    try {
      const result = await work((statement, values) => this.#run(statement, values, timeoutMs));
      await this.#run({name: '', text: 'commit'}, []);
      return result;
    } catch (error) {
      if (this.#failure === undefined) await this.#run({name: '', text: 'rollback'}, []).catch(() => {});
      throw error;
    }
  }

  async isReplica(): Promise<boolean> {
    const asked = {name: '', text: 'select pg_is_in_recovery()'};
    const [row] = await this.#run(asked, [], this.#connectTimeoutMs);
    return row![0] === 't';
  }

  /** Whether the process waits for it. */
  hold(): void {
    this.#socket.ref();
  }

  letGo(): void {
    this.#socket.unref();
  }

  async end(): Promise<void> {
    if (this.#failure !== undefined) return this.destroy();
    this.#failure = new Error('the connection was closed');
    const timer = setTimeout(() => this.destroy(), 1_000);
    await this.#client.end().catch(() => {});
    clearTimeout(timer);
  }

  destroy(): void {
    this.#failure ??= new Error('the connection was closed');
    this.#socket.destroy();
  }

  get #socket(): Socket {
    return (this.#client as unknown as {connection: {stream: Socket}}).connection.stream;
  }

  #run(
    {name, text}: Statement,
    values: readonly Parameter[],
    timeoutMs = this.#timeoutMs,
  ): Promise<TextRows> {
    // It may have ended since it was lent: that is said, and not that the driver takes nothing any more.
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const statement = {name: this.#session === 'own' ? name : '', text};
    return this.#within(timeoutMs, (done) => {
      this.#client.query(new TextQuery(statement, values, done));
    });
  }

  /** The time limit. What did not come in time may still be under way: the connection is given up with it. */
  #within<T>(
    timeoutMs: number,
    begin: (done: (error: Error | undefined, result: T) => void) => void,
  ): Promise<T> {
    // Checks all have the same time; a timer for each costs more than the rest of them.
    const deadlines = timeoutMs === this.#timeoutMs ? this.#deadlines : new Deadlines(timeoutMs);
    return new Promise((resolve, reject) => {
      const waiting = deadlines.add(() => {
        this.#failure ??= Object.assign(new Error(`no answer within ${timeoutMs} ms`), {code: 'ETIMEDOUT'});
        reject(this.#failure);
        this.destroy();
      });
      begin((error, result) => {
        deadlines.remove(waiting);
        if (error === undefined) resolve(result);
        else reject(error);
      });
    });
  }

  /**
   * Behind a pooler in transaction mode the next statement may reach another connection of the server, without what was set or
   * prepared before. Poolers make up the process number that a client is told, which gives them away.
   */
  async #settle(session: ConnectionOptions['session']): Promise<void> {
    if (session !== 'own') {
      const [row] = await this.#run(LOOK, [], this.#connectTimeoutMs);
      const {processID} = this.#client as unknown as {processID: number | null};
      if (session === 'shared' || Number(row![0]) !== processID) return refuseForms(row!);
    }
    const settings = [
      `set statement_timeout = ${this.#timeoutMs}`,
      // Under a stricter level of the database's own, two checks of one key would end in serialization failures.
      "set default_transaction_isolation = 'read committed'",
      // Statements here are short: compiling one takes longer than running it.
      'set jit = off',
      ...FORMS.map(([name, wanted]) => `set ${name} = ${wanted}`),
      ...(this.#access === 'read' ? ['set default_transaction_read_only = on'] : []),
    ];
    await this.#run({name: '', text: settings.join('; ')}, [], this.#connectTimeoutMs);
    this.#session = 'own';
  }
}
