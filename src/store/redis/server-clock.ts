import type {RedisConnection} from './redis-connection.ts';
import type {RowKeys} from './row-key.ts';

/**
 * The server's clock as far as it is known here: the machine's, moved by what the latest answer said. Only good enough to
 * choose calendar windows to send and slots to count in; what is decided is decided by the server's own.
 */
export class ServerClock {
  /** A clock in place of the server's. */
  readonly given: (() => number) | undefined;
  #offset: number | undefined;

  constructor(given: (() => number) | undefined) {
    this.given = given;
  }

  /** Whether `estimate` is more than the machine's clock. */
  get isKnown(): boolean {
    return this.given !== undefined || this.#offset !== undefined;
  }

  /** µs since the epoch. */
  estimate(): number {
    return this.given?.() ?? Date.now() * 1_000 + (this.#offset ?? 0);
  }

  learn(now: number): void {
    this.#offset = now - Date.now() * 1_000;
  }
}

/** The clock itself, µs. In a Cluster that of the server that keeps documents and queues: it decides when they end and are due. */
export const askClock = async (
  connection: RedisConnection,
  keys: RowKeys,
  clock: ServerClock,
): Promise<number> => {
  if (clock.given !== undefined) return clock.given();
  const [time] = await connection.inOneSlot([['time'], ['get', keys.own('generation')]], 'one by one');
  const now = instantOf(time);
  clock.learn(now);
  return now;
};

/** The answer of TIME in µs. */
export const instantOf = (time: unknown): number => {
  const [seconds, micros] = (time as readonly unknown[]).map(Number) as [number, number];
  return seconds * 1_000_000 + micros;
};
