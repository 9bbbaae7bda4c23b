import {setTimeout as sleep} from 'node:timers/promises';
import {Cluster, type Redis} from 'ioredis';
import type {StoreError} from '../store-error.ts';

/** For how long after the connection was lost calls wait for it to come back, rather than fail at once. */
const GRACE_MS = 500;
export const REPEAT_MS = 50;

/** Answers that say that the command was not executed, and that it may be later. */
export const NOT_READY = /^(LOADING|MASTERDOWN|BUSY|TRYAGAIN|CLUSTERDOWN)/;
/** What the driver says of a command that was not answered in time. */
const TIMED_OUT = /^Command timed out/;
const NEVER_SENT = /^Stream isn't writeable/;

export interface ResendOptions {
  readonly client: Redis | Cluster;
  readonly timeoutMs: number;
  readonly reconnects: boolean;
  /** What the caller is told. */
  readonly failure: (error: unknown) => StoreError;
}

/**
 * What becomes of commands that failed. One that may have been executed is never sent twice: whoever asked gets the error. What
 * surely was not executed – the server was loading, a replica refused a write, nothing was sent – is sent again within the timeout.
 */
export class Resend {
  readonly #options: ResendOptions;
  /** When the connection was lost; undefined while there is one. */
  #lostAt: number | undefined;
  #answers = 0;
  #closing = false;

  constructor(options: ResendOptions) {
    this.#options = options;
    const {client} = options;
    client.on('ready', () => {
      this.#lostAt = undefined;
    });
    // Comes again for every attempt to connect that fails.
    client.on('close', () => {
      this.#lostAt ??= performance.now();
    });
  }

  /** How many answers came. Whoever sends remembers it: when it is the same after the timeout, the server was silent. */
  get answers(): number {
    return this.#answers;
  }

  answered(): void {
    this.#answers++;
  }

  /** Nothing is sent again from here on. */
  stop(): void {
    this.#closing = true;
  }

  /** Sends something; sends it again as long as it surely was not executed and there is time. */
  async run<T>(send: () => Promise<T>): Promise<T> {
    const answersBefore = this.#answers;
    try {
      const answer = await send();
      this.answered();
      return answer;
    } catch (error) {
      return this.failed(error, answersBefore, send);
    }
  }

  /** As `run`, of what was sent already when `answersBefore` had come, and failed. */
  failed<T>(error: unknown, answersBefore: number, send: () => Promise<T>): Promise<T> {
    if (TIMED_OUT.test(messageOf(error)) && this.#answers === answersBefore) this.#giveUpConnection();
    return this.#again(error, send);
  }

  /**
   * Nothing came back for as long as a call may take: the connection may be dead without either end having noticed. A Cluster sees
   * to those of its nodes by itself.
   */
  #giveUpConnection(): void {
    const {client, reconnects} = this.#options;
    if (reconnects && !this.#closing && !(client instanceof Cluster)) client.disconnect(true);
  }

  async #again<T>(first: unknown, send: () => Promise<T>): Promise<T> {
    const {timeoutMs, failure} = this.#options;
    let error = first;
    const end = performance.now() + timeoutMs;
    while (performance.now() < end && this.#mayRepeat(messageOf(error))) {
      await sleep(REPEAT_MS);
      try {
        return await send();
      } catch (next) {
        error = next;
      }
    }
    throw failure(error);
  }

  #mayRepeat(message: string): boolean {
    if (this.#closing) return false;
    if (NOT_READY.test(message)) return true;
    if (!this.#options.reconnects) return false;
    return message.startsWith('READONLY') || (NEVER_SENT.test(message) && this.#inGrace());
  }

  #inGrace(): boolean {
    return this.#lostAt !== undefined && performance.now() - this.#lostAt < GRACE_MS;
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
