import {redactedUrl} from '../redacted-url.ts';
import {storeClosed} from '../store-closed.ts';
import type {Host, PostgresTarget} from '../store-target.ts';
import {clientConfig, sslModeOf} from './client-config.ts';
import {Connection} from './connection.ts';
import {explainError} from './explain-error.ts';
import type {Parameter, Statement, TextRows} from './statement.ts';

export interface ConnectionsOptions {
  readonly access: 'read' | 'write';
  /** Of a statement, and for a connection to become free. */
  readonly timeoutMs: number;
  /** For the first connection to be made. */
  readonly connectTimeoutMs: number;
  readonly clientName: string;
  /** `once`: one connection, and when it is lost it stays lost. `reconnect`: up to `size`, opened anew when they are needed. */
  readonly connection: 'once' | 'reconnect';
  readonly size: number;
}

/** SQLSTATEs after which surely nothing was done: a deadlock, or a row that went away under us. */
const REPEATED = new Set(['40001', '40P01']);
const ATTEMPTS = 5;
/** While there are connections, one that could not be had is not asked for again before this, ms. */
const MORE_AGAIN_MS = 1_000;

/** A few connections, each used by one at a time, first come first served. All methods reject with a StoreError. */
export class Connections {
  readonly #target: PostgresTarget;
  readonly #options: ConnectionsOptions;
  readonly #idle: Connection[] = [];
  readonly #busy = new Set<Connection>();
  readonly #waiting: {
    give(connection: Connection): void;
    refuse(error: unknown): void;
    timer: NodeJS.Timeout;
  }[] = [];
  #opening = 0;
  /** When another connection may be asked for beside those there are, ms of `performance.now`. */
  #moreAt = 0;
  /** The host that answered last is tried first. */
  #hosts: readonly Host[];
  #tls: 'off' | 'on';
  #lost: unknown;
  #closed = false;

  constructor(target: PostgresTarget, options: ConnectionsOptions) {
    this.#target = target;
    this.#options = options;
    this.#hosts = target.hosts;
    this.#tls = sslModeOf(target) === 'disable' ? 'off' : 'on';
  }

  /** Connections that can be used at once. */
  get size(): number {
    return this.#options.connection === 'once' ? 1 : this.#options.size;
  }

  query(statement: Statement, values: readonly Parameter[] = []): Promise<TextRows> {
    return this.use((connection) => connection.query(statement, values));
  }

  /**
   * Lends a connection. What was surely rolled back is done again; what may have been done is not.
   */
  async use<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        const connection = this.#takeIdle() ?? (await this.#take());
        try {
          return await work(connection);
        } finally {
          this.#giveBack(connection);
        }
      } catch (error) {
        if (attempt < ATTEMPTS && REPEATED.has((error as {code?: string}).code ?? '')) continue;
        throw explainError(error, this.#target);
      }
    }
  }

  /** A connection beside the others, for one user who ends it. Rejects with what went wrong as it came. */
  async dedicated(): Promise<Connection> {
    if (this.#closed) throw storeClosed(redactedUrl(this.#target));
    return this.#open();
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const {refuse, timer} of this.#waiting.splice(0)) {
      clearTimeout(timer);
      refuse(storeClosed(redactedUrl(this.#target)));
    }
    await Promise.all([...this.#idle.splice(0), ...this.#busy].map((connection) => connection.end()));
  }

  #takeIdle(): Connection | undefined {
    for (let connection = this.#idle.pop(); connection !== undefined; connection = this.#idle.pop()) {
      if (connection.failure !== undefined) {
        this.#dropped(connection);
        continue;
      }
      connection.hold();
      this.#busy.add(connection);
      return connection;
    }
    return undefined;
  }

  /** When none is idle. */
  #take(): Promise<Connection> {
    if (this.#closed) throw storeClosed(redactedUrl(this.#target));
    if (this.#lost !== undefined) throw this.#lost;
    const {timeoutMs, connectTimeoutMs} = this.#options;
    const patienceMs = this.#busy.size === 0 ? connectTimeoutMs : timeoutMs;
    const promise = new Promise<Connection>((give, refuse) => {
      const timer = setTimeout(() => {
        this.#waiting.splice(
          this.#waiting.findIndex((waiting) => waiting.give === give),
          1,
        );
        refuse(Object.assign(new Error('no connection became free in time'), {code: 'ETIMEDOUT'}));
      }, patienceMs);
      this.#waiting.push({give, refuse, timer});
    });
    this.#openMore();
    return promise;
  }

  /** Opens a connection when somebody waits and there may be one more. */
  #openMore(): void {
    const open = this.#busy.size + this.#idle.length + this.#opening;
    if (this.#closed || open >= this.size || this.#opening >= this.#waiting.length) return;
    if (this.#busy.size > 0 && performance.now() < this.#moreAt) return;
    this.#opening++;
    this.#open().then(
      (connection) => {
        this.#opening--;
        this.#busy.add(connection);
        this.#giveBack(connection);
      },
      (error) => {
        this.#opening--;
        // A role may have fewer connections than the pool: whoever waits gets one of those that are in use.
        if (this.#busy.size > 0 && isFull(error)) {
          this.#moreAt = performance.now() + MORE_AGAIN_MS;
          return;
        }
        const first = this.#waiting.shift();
        if (first === undefined) return;
        clearTimeout(first.timer);
        first.refuse(error);
        this.#openMore();
      },
    );
  }

  #giveBack(connection: Connection): void {
    this.#busy.delete(connection);
    if (this.#closed) {
      connection.end();
      return;
    }
    if (connection.failure !== undefined) {
      this.#dropped(connection);
      this.#openMore();
      return;
    }
    const first = this.#waiting.shift();
    if (first !== undefined) {
      clearTimeout(first.timer);
      this.#busy.add(connection);
      first.give(connection);
      return;
    }
    connection.letGo();
    this.#idle.push(connection);
  }

  #dropped(connection: Connection): void {
    if (this.#options.connection === 'once') this.#lost = connection.failure;
    connection.destroy();
  }

  /** The first host that takes us; one that can be written to when that is wanted and there are several. */
  async #open(): Promise<Connection> {
    let failure: unknown;
    for (const host of this.#hosts) {
      try {
        const connection = await this.#openAt(host);
        if (this.#hosts[0] !== host) this.#hosts = [host, ...this.#hosts.filter((other) => other !== host)];
        return connection;
      } catch (error) {
        failure ??= error;
      }
    }
    throw failure;
  }

  async #openAt(host: Host): Promise<Connection> {
    const {access, timeoutMs, connectTimeoutMs, clientName} = this.#options;
    const pooler = this.#target.parameters.get('pgbouncer');
    const session = pooler === undefined ? 'auto' : pooler === 'false' ? 'own' : 'shared';
    // Several hosts share the time: one that does not answer must not use it up.
    const within = Math.max(500, Math.floor(connectTimeoutMs / this.#hosts.length));
    const open = (): Promise<Connection> => {
      const config = clientConfig(this.#target, host, {clientName, tls: this.#tls});
      return Connection.open({config, access, timeoutMs, connectTimeoutMs: within, session});
    };
    let connection: Connection;
    try {
      connection = await open();
    } catch (error) {
      const refused = (error as Error).message.includes('does not support SSL');
      if (!refused || sslModeOf(this.#target) !== 'prefer') throw error;
      this.#tls = 'off';
      connection = await open();
    }
    if (this.#hosts.length > 1 && access === 'write' && (await connection.isReplica())) {
      connection.destroy();
      throw Object.assign(new Error(`${host.host} is a replica`), {code: '25006'});
    }
    return connection;
  }
}

/** SQLSTATE: the server takes no more connections, of this role or at all. */
const isFull = (error: unknown): boolean => (error as {code?: string}).code === '53300';
