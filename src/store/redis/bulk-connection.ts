import type {Redis, RedisOptions} from 'ioredis';
import {BulkReplies} from './bulk-replies.ts';

interface Asked {
  readonly answers: number;
  /** Is told of all answers, or why there are none. */
  readonly settle: (outcome: BulkReplies | Error) => void;
}

const FIRST_SIZE = 65_536;
/** A connection that is lost is not made again, and no answers pass the driver that it could wait for. */
const ONCE: Partial<RedisOptions> = {
  retryStrategy: () => null,
  sentinelRetryStrategy: () => null,
  failoverDetector: false,
  socketTimeout: undefined,
};

/**
 * A connection of its own for commands with long answers: one object for each text in them, as the driver makes it, costs more
 * than all that is done with the text. The driver connects and logs in; then bytes go past it.
 */
export class BulkConnection {
  readonly #client: Redis;
  readonly #timeoutMs: number;
  readonly #asked: Asked[] = [];
  readonly #replies = new BulkReplies();
  #bytes = Buffer.allocUnsafeSlow(FIRST_SIZE);
  #length = 0;
  #failed: Error | undefined;

  private constructor(client: Redis, timeoutMs: number) {
    const {stream} = client;
    this.#client = client;
    this.#timeoutMs = timeoutMs;
    stream.removeAllListeners('data');
    stream.on('data', (chunk: Buffer) => this.#take(chunk));
    stream.on('error', (error: Error) => this.#fail(error));
    stream.on('close', () => this.#fail(new Error('Connection is closed.')));
  }

  /** Another connection to the server of `client`, for the same user. */
  static async open(client: Redis, timeoutMs: number): Promise<BulkConnection> {
    const own = client.duplicate({...ONCE, lazyConnect: true});
    // Commands reject with it.
    own.on('error', () => {});
    try {
      await own.connect();
      // Behind its answer come none but to what is asked here.
      await own.ping();
      return new BulkConnection(own, timeoutMs);
    } catch (error) {
      own.disconnect();
      throw error;
    }
  }

  /**
   * Sends commands and reads their answers. `read` gets all of them at once, refusals among them; they are gone when it returns.
   * Rejects with what it throws, when the connection is lost, and after the time-out; then the connection is of no use any more.
   */
  ask<T>(commands: string | Buffer, answers: number, read: (replies: BulkReplies) => T): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#failed !== undefined) {
        reject(this.#failed);
        return;
      }
      const timer = setTimeout(() => this.#fail(new Error('Command timed out')), this.#timeoutMs);
      const settle = (outcome: BulkReplies | Error): void => {
        clearTimeout(timer);
        try {
          if (outcome instanceof Error) throw outcome;
          resolve(read(outcome));
        } catch (error) {
          reject(error);
        }
      };
      this.#asked.push({answers, settle});
      this.#client.stream.write(commands);
    });
  }

  close(): void {
    this.#client.disconnect();
  }

  #take(chunk: Buffer): void {
    const length = this.#length + chunk.length;
    if (length > this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(2 * length);
      this.#bytes.copy(larger, 0, 0, this.#length);
      this.#bytes = larger;
    }
    chunk.copy(this.#bytes, this.#length);
    this.#length = length;
    try {
      this.#read();
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  #read(): void {
    let at = 0;
    for (;;) {
      const [asked] = this.#asked;
      if (asked === undefined) break;
      const end = this.#replies.read(this.#bytes, at, this.#length, asked.answers);
      if (end < 0) break;
      this.#asked.shift();
      asked.settle(this.#replies);
      at = end;
    }
    this.#bytes.copyWithin(0, at, this.#length);
    this.#length -= at;
  }

  #fail(error: Error): void {
    if (this.#failed !== undefined) return;
    this.#failed = error;
    for (const {settle} of this.#asked.splice(0)) settle(error);
    this.close();
  }
}
