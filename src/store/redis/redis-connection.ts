import {setTimeout as sleep} from 'node:timers/promises';
import {Cluster, type Redis} from 'ioredis';
import {Deadlines} from '../../base/deadlines.ts';
import {redactedUrl} from '../redacted-url.ts';
import {StoreError} from '../store-error.ts';
import type {RedisTarget, StoreOptions} from '../store-target.ts';
import {connectClient} from './connect-client.ts';
import {createClient} from './create-client.ts';
import {probeHost} from './probe-host.ts';
import {isVague, redisFailure} from './redis-failure.ts';
import {NOT_READY, REPEAT_MS, Resend} from './resend.ts';
import {ScriptCommand} from './script-command.ts';
import type {Script} from './script-library.ts';
import {type RedisCommand, sendEach, sendPipeline, sendTransaction} from './send-commands.ts';

export type {RedisCommand} from './send-commands.ts';

const DEFAULT_TIMEOUT_MS = 5_000;
const PROBE_MS = 1_000;

/** One connection to one server, a Cluster, or the primary that Sentinels know. Every error is a `StoreError`. */
export class RedisConnection {
  readonly client: Redis | Cluster;
  readonly url: string;
  readonly timeoutMs: number;
  readonly database: number;
  readonly #target: RedisTarget;
  readonly #reconnects: boolean;
  readonly #deadlines: Deadlines;
  readonly #resend: Resend;
  #lastError: unknown;
  #isOpen = false;
  #closing = false;

  private constructor(target: RedisTarget, options: StoreOptions, url: string) {
    this.#target = target;
    this.url = url;
    this.database = target.database;
    this.timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    this.#reconnects = options.connection === 'reconnect';
    this.#deadlines = new Deadlines(this.timeoutMs);
    this.client = createClient(target, options, this.timeoutMs, url);
    this.#resend = new Resend({
      client: this.client,
      timeoutMs: this.timeoutMs,
      reconnects: this.#reconnects,
      failure: (error) => this.failure(error),
    });
    const remember = (error: unknown): void => {
      if (this.#lastError === undefined || !isVague(error)) this.#lastError = error;
    };
    this.client.on('error', remember);
    this.client.on('node error', remember);
    this.client.on('end', () => void this.#startAgain());
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
    const {client, timeoutMs} = connection;
    try {
      await connectClient({client, target, url, timeoutMs, lastError: () => connection.#lastError});
      connection.#isOpen = true;
      return connection;
    } catch (error) {
      client.disconnect();
      // Of Sentinels and nodes of a Cluster the driver says only that none was there.
      if (target.topology.kind !== 'single' && isVague(error) && isVague(connection.#lastError ?? error))
        connection.#lastError = (await probeHost(target.hosts[0]!, PROBE_MS)) ?? connection.#lastError;
      throw connection.failure(error);
    }
  }

  /**
   * The driver ends for good when Sentinels report a new primary while it is asking them for one (ioredis 6). What was opened to
   * reconnect connects again.
   */
  async #startAgain(): Promise<void> {
    if (!this.#isOpen || !this.#reconnects || this.#closing) return;
    await sleep(REPEAT_MS);
    if (this.#closing || this.client.status !== 'end') return;
    // Should that fail, it comes to its end again.
    await this.client.connect().catch(() => {});
  }

  /** Sends something; sends it again as long as it surely was not executed and there is time. */
  run<T>(send: () => Promise<T>): Promise<T> {
    return this.#resend.run(send);
  }

  /**
   * Runs a script that takes bytes and answers bytes, which `use` is given. As `run`, and without the promises in between while
   * nothing goes wrong: each is a trip through the queue of microtasks for every check.
   */
  ask<T>(
    script: Script,
    keys: readonly string[],
    bytes: Buffer,
    use: (reply: Buffer) => T | Promise<T>,
  ): Promise<T> {
    const answersBefore = this.#resend.answers;
    const command = new ScriptCommand('evalsha', script, keys, bytes);
    const waiting = this.#startClock(command);
    return (this.client.sendCommand(command) as Promise<Buffer>).then(
      (reply) => {
        this.#deadlines.remove(waiting);
        this.#resend.answered();
        return use(reply);
      },
      (error: unknown) => {
        this.#deadlines.remove(waiting);
        const sent = isNoScript(error)
          ? this.run(() => this.#sendInTime(new ScriptCommand('eval', script, keys, bytes)))
          : this.#resend.failed(error, answersBefore, () => this.#askAgain(script, keys, bytes));
        return sent.then(use);
      },
    );
  }

  async #askAgain(script: Script, keys: readonly string[], bytes: Buffer): Promise<Buffer> {
    try {
      return await this.#sendInTime(new ScriptCommand('evalsha', script, keys, bytes));
    } catch (error) {
      if (!isNoScript(error)) throw error;
      return await this.#sendInTime(new ScriptCommand('eval', script, keys, bytes));
    }
  }

  #startClock(command: ScriptCommand): ReturnType<Deadlines['add']> {
    return this.#deadlines.add(() => command.reject(new Error('Command timed out')));
  }

  async #sendInTime(command: ScriptCommand): Promise<Buffer> {
    const waiting = this.#startClock(command);
    try {
      return (await this.client.sendCommand(command)) as Buffer;
    } finally {
      this.#deadlines.remove(waiting);
    }
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

  /**
   * Sends commands that only read, about keys of one slot, to the server that has them; `at once`: no other command comes in
   * between. Rejects when one of them fails.
   */
  inOneSlot(commands: readonly RedisCommand[], mode: 'one by one' | 'at once'): Promise<unknown[]> {
    const send = mode === 'at once' ? sendTransaction : sendPipeline;
    return this.run(async () => {
      const answers = await send(this.client, commands);
      const failed = answers.find((answer) => answer instanceof Error);
      if (failed !== undefined) throw failed;
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
    if (missing.length === 0) return answers;
    // Each with the whole script: a server may forget it again, and in a Cluster each has to learn it.
    const sent = await this.many(
      missing.map((i) => ['eval', script.source, 1, calls[i]!.key, ...calls[i]!.args]),
    );
    for (const [n, i] of missing.entries()) answers[i] = sent[n];
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
    this.#resend.stop();
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
