import type {Redis} from 'ioredis';
import type {RedisConnection} from './redis-connection.ts';

const FIRST_RETRY_MS = 50;
const RETRY_MS = 500;

/** The server, or what stands before it, does not let us subscribe, and will not later. */
const REFUSED = /^(NOPERM|ERR unknown command)/;

export interface SubscriptionOptions {
  readonly connection: RedisConnection;
  readonly channel: string;
  readonly onMessage: (text: string) => void;
  /** Subscribed again after the connection was lost. */
  readonly onReturn: () => void;
  /** The connection was lost; it is tried again. */
  readonly onLost?: () => void;
}

/**
 * A connection of its own that hears one channel: the server takes no other commands on it. It connects again by itself, in a
 * Cluster to any of its nodes, behind Sentinels to whoever is primary then. It never keeps the process alive.
 */
export class NewsSubscription {
  readonly #options: SubscriptionOptions;
  #client: Redis | undefined;
  #state: 'waiting' | 'subscribed' | 'refused' | 'stopped' = 'waiting';
  #timer: NodeJS.Timeout | undefined;
  #failures = 0;
  #attempts = 0;
  /** Where to begin among the nodes of a Cluster: not all at the same. */
  readonly #offset = Math.floor(Math.random() * 1_000);

  constructor(options: SubscriptionOptions) {
    this.#options = options;
  }

  get isSubscribed(): boolean {
    return this.#state === 'subscribed';
  }

  /** Resolves when the first attempt has succeeded or failed. */
  async start(): Promise<void> {
    const isFirst = this.#attempts++ === 0;
    const client = this.#connect();
    this.#client = client;
    if (client === undefined) return this.#startLater();
    try {
      await client.connect();
      await client.subscribe(this.#options.channel);
    } catch (error) {
      client.disconnect();
      this.#lost(client, error instanceof Error && REFUSED.test(error.message) ? 'refused' : 'waiting');
      return;
    }
    if (client !== this.#client) return;
    this.#state = 'subscribed';
    this.#failures = 0;
    if (!isFirst) this.#options.onReturn();
  }

  /** Finds out whether the connection is still one: of one that went away without a word nothing would be heard, ever. */
  probe(): void {
    const client = this.#client;
    if (this.#state === 'subscribed') client?.ping().catch(() => client.disconnect());
  }

  stop(): void {
    const client = this.#client;
    this.#state = 'stopped';
    this.#client = undefined;
    clearTimeout(this.#timer);
    client?.disconnect();
  }

  #connect(): Redis | undefined {
    const nodes = this.#options.connection.primaries();
    // Another one with every attempt: one of them may be gone.
    const client = nodes[(this.#offset + this.#attempts) % nodes.length]?.duplicate({
      lazyConnect: true,
      enableOfflineQueue: false,
      retryStrategy: () => null,
      sentinelRetryStrategy: () => null,
      failoverDetector: false,
    });
    client?.on('error', () => {});
    client?.on('connect', () => client.stream.unref());
    client?.on('message', (_channel, text) => this.#options.onMessage(text));
    client?.once('end', () => this.#lost(client, 'waiting'));
    return client;
  }

  #lost(client: Redis, state: 'waiting' | 'refused'): void {
    if (client !== this.#client) return;
    this.#client = undefined;
    this.#state = state;
    if (state === 'waiting') this.#startLater();
    this.#options.onLost?.();
  }

  #startLater(): void {
    const wait = Math.min(FIRST_RETRY_MS * ++this.#failures, RETRY_MS);
    this.#timer = setTimeout(() => void this.start(), wait).unref();
  }
}
