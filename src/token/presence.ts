import {INSTANCE_KIND, type Instance} from '../store/instance-document.ts';
import type {Store} from '../store/port.ts';

export interface PresenceOptions {
  readonly store: Pick<Store, 'now' | 'put' | 'remove'>;
  readonly instance: Pick<Instance, 'id' | 'host' | 'pid' | 'role'>;
  readonly heartbeatMs: number;
}

/** Says in the store that this process is there. A store that is away is told again at the next heartbeat. */
export class Presence {
  readonly #options: PresenceOptions;
  #startedAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #closed = false;

  constructor(options: PresenceOptions) {
    this.#options = options;
  }

  start(): void {
    void this.#tick();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#running;
    const {store, instance} = this.#options;
    if (this.#startedAt > 0) await store.remove(INSTANCE_KIND, instance.id);
  }

  async #tick(): Promise<void> {
    this.#running = this.#tell().catch(() => undefined);
    await this.#running;
    if (this.#closed) return;
    this.#timer = setTimeout(() => void this.#tick(), this.#options.heartbeatMs);
    this.#timer.unref();
  }

  async #tell(): Promise<void> {
    const {store, instance, heartbeatMs} = this.#options;
    const now = await store.now();
    if (this.#startedAt === 0) this.#startedAt = now;
    const value: Instance = {...instance, startedAt: this.#startedAt, seenAt: now};
    await store.put(INSTANCE_KIND, instance.id, value, {expiresAt: now + 3 * heartbeatMs * 1_000});
  }
}
