import {LEADER_KIND, type Lead, readLead} from '../store/lead-document.ts';
import type {Store} from '../store/port.ts';
import {Elapsed} from './elapsed.ts';

export interface LeadershipOptions {
  readonly store: Pick<Store, 'now' | 'get' | 'put'>;
  /** What is led: `tokens`. */
  readonly office: string;
  readonly instance: string;
  readonly leaseMs: number;
  readonly onChange: (leads: boolean, fencing: number) => void;
}

/** µs; `leaderLeaseMs` is no longer. */
const LONGEST_LEASE = 300_000_000;

/**
 * One leader at a time for an office, by a lease in the store that is renewed at each third of it. A leader that cannot renew stops
 * by its own clocks before the lease is over; another one takes over after it. Whatever a leader does must be safe all the same:
 * a process can be held up between looking at its lease and acting.
 */
export class Leadership {
  readonly #options: LeadershipOptions;
  #granted: Elapsed | undefined;
  #fencing = 0;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #closed = false;

  constructor(options: LeadershipOptions) {
    this.#options = options;
  }

  /** Whether this process leads at this moment. */
  get leads(): boolean {
    return this.#granted !== undefined && this.#granted.ms < this.#options.leaseMs;
  }

  get fencing(): number {
    return this.#fencing;
  }

  start(): void {
    void this.#tick();
  }

  /** Gives the lead back, so that another one need not wait. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#running;
    if (!this.leads) return;
    const {store, office, instance} = this.#options;
    this.#stop();
    const now = await store.now();
    const found = await readLead(store, office);
    if (found?.lead.holder === instance)
      await store.put(LEADER_KIND, office, {...found.lead, until: now}, {ifVersion: found.version});
  }

  async #tick(): Promise<void> {
    this.#running = this.#stand().catch(() => {
      // The store is away: whoever leads goes on until the lease is over.
      if (!this.leads) this.#stop();
    });
    await this.#running;
    if (this.#closed) return;
    const third = this.#options.leaseMs / 3;
    this.#timer = setTimeout(() => void this.#tick(), third * (0.8 + 0.4 * Math.random()));
    this.#timer.unref();
  }

  async #stand(): Promise<void> {
    const {store, office, instance, leaseMs} = this.#options;
    const elapsed = new Elapsed();
    const now = await store.now();
    const found = await readLead(store, office);
    const lead = found?.lead;
    // Longer than any lease: the store's clock was put back since, and whoever led may be dead.
    const free = lead === undefined || lead.until <= now || lead.until > now + LONGEST_LEASE;
    if (!free && lead.holder !== instance) {
      this.#stop();
      return;
    }
    const mine = lead?.holder === instance && !free;
    const next: Lead = {
      holder: instance,
      fencing: (lead?.fencing ?? 0) + (mine ? 0 : 1),
      since: mine ? lead.since : now,
      until: now + leaseMs * 1_000,
    };
    const put = await store.put(LEADER_KIND, office, next, {ifVersion: found?.version ?? 0});
    if (put === undefined) return;
    const led = this.leads && this.#fencing === next.fencing;
    this.#granted = elapsed;
    this.#fencing = next.fencing;
    if (!led) this.#options.onChange(true, next.fencing);
  }

  #stop(): void {
    if (this.#granted === undefined) return;
    this.#granted = undefined;
    this.#options.onChange(false, this.#fencing);
  }
}
