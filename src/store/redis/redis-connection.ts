import {setTimeout as sleep} from 'node:timers/promises';
import {Cluster, type Redis} from 'ioredis';
import {redactedUrl} from '../redacted-url.ts';
import {StoreError} from '../store-error.ts';
import type {RedisTarget, StoreOptions} from '../store-target.ts';
import {createClient} from './create-client.ts';
import {probeHost} from './probe-host.ts';
import {isVague, redisFailure} from './redis-failure.ts';
import {ScriptCommand} from './script-command.ts';
import type {Script} from './script-library.ts';

/** A command with its arguments, for `many`. */
export type RedisCommand = readonly [name: string, ...args: (string | number | Buffer)[]];

const DEFAULT_TIMEOUT_MS = 5_000;
/** For how long after the connection was lost calls wait for it to come back, rather than fail at once. */
const GRACE_MS = 500;
const REPEAT_MS = 50;
const PROBE_MS = 1_000;

/** Answers that say that the command was not executed, and that it may be later. */
const NOT_READY = /^(LOADING|MASTERDOWN|BUSY|TRYAGAIN|CLUSTERDOWN)/;
const NEVER_SENT = /^Stream isn't writeable/;

/**
 * One connection to one server, a Cluster, or the primary that Sentinels know. Every error is a `StoreError`.
 *
 * A command that may have been executed is never sent twice: whoever asked gets the error. What surely was not executed –
 * the server was loading, a replica refused a write, nothing was sent – is sent again within the timeout.
 */
export class RedisConnection {
  readonly client: Redis | Cluster;
  readonly url: string;
  readonly timeoutMs: number;
  readonly #target: RedisTarget;
  readonly #reconnects: boolean;
  #lastError: unknown;
  /** When the connection was lost; undefined while there is one. */
  #lostAt: number | undefined;
  #closing = false;

  private constructor(target: RedisTarget, options: StoreOptions, url: string) {
    this.#target = target;
    this.url = url;
    this.timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    this.#reconnects = options.connection === 'reconnect';
    this.client = createClient(target, options, this.timeoutMs, url);
    const remember = (error: unknown): void => {
      if (this.#lastError === undefined || !isVague(error)) this.#lastError = error;
    };
    this.client.on('error', remember);
    this.client.on('node error', remember);
    this.client.on('ready', () => {
      this.#lostAt = undefined;
    });
    // Comes again for every attempt to connect that fails.
    this.client.on('close', () => {
      this.#lostAt ??= performance.now();
    });
  }

  /** Connects and finds out whether there is a server that can be used. */
  static async open(target: RedisTarget, options: StoreOptions): Promise<RedisConnection> {
    const url = redactedUrl(target);
    if (target.topology.kind === 'cluster' && target.database !== 0)
      throw new StoreError(`a Redis Cluster has no database ${target.database}`, {
        kind: 'wrong-database',
        url,
        hint: 'leave the database number out of the URL',
      });
    const connection = new RedisConnection(target, options, url);
    let timer: NodeJS.Timeout | undefined;
    try {
      const timeout = new Promise<never>((_, reject) => {
        timer = setTimeout(() => {
          reject(new Error(connection.#isHandshaking() ? 'no TLS handshake' : 'connect ETIMEDOUT'));
        }, connection.timeoutMs);
      });
      await Promise.race([connection.#connect(), timeout]);
      return connection;
    } catch (error) {
      connection.client.disconnect();
      // Of Sentinels and nodes of a Cluster the driver says only that none was there.
      if (target.topology.kind !== 'single' && isVague(error) && isVague(connection.#lastError ?? error))
        connection.#lastError = (await probeHost(target.hosts[0]!, PROBE_MS)) ?? connection.#lastError;
      throw connection.failure(error);
    } finally {
      clearTimeout(timer);
    }
  }

  async #connect(): Promise<void> {
    await this.client.connect();
    // The driver goes on in database 0 when the one asked for does not exist.
    if (this.#lastError !== undefined) throw this.#lastError;
    const version = await this.#version();
    if (version !== undefined && !isRecent(version))
      throw new StoreError(`the server is too old: redis ${version}`, {
        kind: 'server',
        url: this.url,
        hint: 'Redis 6.2 or newer, or Valkey, is needed',
      });
  }

  /** Whether the server took the connection and has not begun with TLS. */
  #isHandshaking(): boolean {
    const {stream} = this.client as {stream?: {connecting?: boolean; secureConnecting?: boolean}};
    return stream?.secureConnecting === true && stream.connecting !== true;
  }

  async #version(): Promise<string | undefined> {
    try {
      const info = await this.client.info('server');
      return /^redis_version:(\S+)/m.exec(info)?.[1];
    } catch (error) {
      if (/^NOPERM/.test(messageOf(error))) return undefined;
      throw error;
    }
  }

  /** Sends something; sends it again as long as it surely was not executed and there is time. */
  async run<T>(send: () => Promise<T>): Promise<T> {
    try {
      return await send();
    } catch (error) {
      return this.#again(error, send);
    }
  }

  async #again<T>(first: unknown, send: () => Promise<T>): Promise<T> {
    let error = first;
    const end = performance.now() + this.timeoutMs;
    while (performance.now() < end && this.#mayRepeat(messageOf(error))) {
      await sleep(REPEAT_MS);
      try {
        return await send();
      } catch (next) {
        error = next;
      }
    }
    throw this.failure(error);
  }

  #mayRepeat(message: string): boolean {
    if (this.#closing) return false;
    if (NOT_READY.test(message)) return true;
    if (!this.#reconnects) return false;
    return message.startsWith('READONLY') || (NEVER_SENT.test(message) && this.#inGrace());
  }

  #inGrace(): boolean {
    return this.#lostAt !== undefined && performance.now() - this.#lostAt < GRACE_MS;
  }

  /** Runs a script that takes bytes and answers bytes. */
  ask(script: Script, keys: readonly string[], bytes: Buffer): Promise<Buffer> {
    return this.run(async () => {
      try {
        return (await this.client.sendCommand(
          new ScriptCommand('evalsha', script.sha, keys, bytes),
        )) as Buffer;
      } catch (error) {
        if (!isNoScript(error)) throw error;
        return (await this.client.sendCommand(
          new ScriptCommand('eval', script.source, keys, bytes),
        )) as Buffer;
      }
    });
  }

  /** Runs a script. */
  evaluate(script: Script, keys: readonly string[], args: readonly (string | Buffer)[]): Promise<Buffer> {
    return this.run(async () => {
      try {
        return (await this.client.callBuffer('evalsha', script.sha, keys.length, ...keys, ...args)) as Buffer;
      } catch (error) {
        if (!isNoScript(error)) throw error;
        return (await this.client.callBuffer('eval', script.source, keys.length, ...keys, ...args)) as Buffer;
      }
    });
  }

  /**
   * Sends commands that do not depend on each other in one go; the answers, in their order, are bytes where the server sends
   * text, or the error of that command. Rejects when the connection failed.
   */
  async many(commands: readonly RedisCommand[], on: Redis | Cluster = this.client): Promise<unknown[]> {
    if (commands.length === 0) return [];
    return this.run(async () => {
      const answers = await (on instanceof Cluster ? sendEach(on, commands) : sendPipeline(on, commands));
      const first = answers.find((answer) => answer instanceof Error && !isReply(answer));
      const refused = answers.every((answer) => answer instanceof Error && NOT_READY.test(answer.message));
      if (first !== undefined || refused) throw first ?? answers[0];
      return answers;
    });
  }

  /** As `many`, for a script. */
  async evaluateMany(
    script: Script,
    calls: readonly {readonly key: string; readonly args: readonly (string | Buffer)[]}[],
  ): Promise<unknown[]> {
    const answers = await this.many(calls.map(({key, args}) => ['evalsha', script.sha, 1, key, ...args]));
    const missing = answers.flatMap((answer, i) => (isNoScript(answer) ? [i] : []));
    for (const i of missing) {
      const {key, args} = calls[i]!;
      // The first teaches the server the script; in a Cluster the others may be on other servers.
      const sent = await this.many([['eval', script.source, 1, key, ...args]]);
      answers[i] = sent[0];
      if (!(this.client instanceof Cluster)) {
        const rest = missing.slice(missing.indexOf(i) + 1);
        const again = await this.many(
          rest.map((r) => ['evalsha', script.sha, 1, calls[r]!.key, ...calls[r]!.args]),
        );
        rest.forEach((r, n) => {
          answers[r] = again[n];
        });
        break;
      }
    }
    return answers;
  }

  /** The servers that hold keys: one, or the primaries of a Cluster. */
  primaries(): readonly Redis[] {
    return this.client instanceof Cluster ? this.client.nodes('master') : [this.client];
  }

  failure(error: unknown): StoreError {
    const {url, timeoutMs} = this;
    return redisFailure(error, {target: this.#target, url, lastError: this.#lastError, timeoutMs});
  }

  async close(): Promise<void> {
    this.#closing = true;
    try {
      if (this.client.status === 'ready') await this.client.quit();
    } catch {
      // Whatever it was: there is nobody left to tell.
    } finally {
      this.client.disconnect();
    }
  }
}

/** An answer of the server, not of the driver. */
const isReply = (error: Error): boolean => error.name === 'ReplyError';

export const isNoScript = (error: unknown): boolean =>
  error instanceof Error && error.message.startsWith('NOSCRIPT');

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const sendPipeline = async (client: Redis, commands: readonly RedisCommand[]): Promise<unknown[]> => {
  const pipeline = client.pipeline();
  for (const [name, ...args] of commands) pipeline.callBuffer(name, ...args);
  const answers = (await pipeline.exec()) ?? [];
  return answers.map(([error, answer]) => error ?? answer);
};

const sendEach = (client: Cluster, commands: readonly RedisCommand[]): Promise<unknown[]> =>
  Promise.all(
    commands.map(([name, ...args]) => client.callBuffer(name, ...args).catch((error: unknown) => error)),
  );

const isRecent = (version: string): boolean => {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 6 || (major === 6 && minor >= 2);
};
