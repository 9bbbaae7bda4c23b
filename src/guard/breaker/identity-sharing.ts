import type {StoredDocument} from '../../store/port.ts';
import {BREAKER_KIND} from '../../store/stored-breaker.ts';
import type {IdentityBreaker} from './identity-breaker.ts';
import type {Urgency} from './shared-change.ts';
import type {StoreLink} from './store-link.ts';

/** When outcomes are told, ms. */
const WAIT_MS: Readonly<Record<Exclude<Urgency, 'not'>, number>> = {now: 20, soon: 50, later: 500};
/** Documents written at a time. */
const AT_A_TIME = 32;
/** It is asked this often whether somebody announced something, ms, … */
const ASK_MS = 400;
/** … the documents are listed at most this often, … */
const LIST_MS = 200;
/** … and at least this often, for announcements that were lost. */
const LIST_ANYWAY_MS = 5_000;

/** Tells others what requests did to breakers, and hears what they told: in the background, many documents at a time. */
export class IdentitySharing {
  readonly #link: StoreLink;
  readonly #onListed: (documents: readonly StoredDocument[], askedAt: number) => void;
  readonly #untold = new Set<IdentityBreaker>();
  #timer: NodeJS.Timeout | undefined;
  #due = Number.POSITIVE_INFINITY;
  #telling: Promise<void> | undefined;
  #asking: NodeJS.Timeout | undefined;
  #generation = Number.NaN;
  #listedAt = Number.NEGATIVE_INFINITY;
  #listing: Promise<void> | undefined;
  #listLater: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(link: StoreLink, onListed: (documents: readonly StoredDocument[], askedAt: number) => void) {
    this.#link = link;
    this.#onListed = onListed;
  }

  async start(): Promise<void> {
    if (this.#link.kind === 'local') return;
    await this.#list();
    this.#askLater();
  }

  /** Something about it is to be told. */
  tell(one: IdentityBreaker, urgency: Urgency): void {
    if (urgency === 'not' || this.#link.kind === 'local' || this.#closed) return;
    this.#untold.add(one);
    this.#tellWithin(WAIT_MS[urgency]);
  }

  /** Somebody announced something. */
  news(): void {
    if (this.#closed || this.#listLater !== undefined) return;
    const wait = this.#listedAt + LIST_MS - performance.now();
    this.#listLater = setTimeout(
      () => {
        this.#listLater = undefined;
        void this.#list();
      },
      Math.max(0, wait),
    );
    this.#listLater.unref();
  }

  /** Tells what has not been told. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const timer of [this.#timer, this.#asking, this.#listLater]) clearTimeout(timer);
    await this.#telling;
    await this.#tellAll();
    await this.#listing;
  }

  #tellWithin(ms: number): void {
    const due = performance.now() + ms;
    if (due >= this.#due) return;
    this.#due = due;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#tellNow(), ms);
    this.#timer.unref();
  }

  async #tellNow(): Promise<void> {
    this.#due = Number.POSITIVE_INFINITY;
    if (this.#telling !== undefined) return;
    this.#telling = this.#tellAll();
    await this.#telling;
    this.#telling = undefined;
    if (this.#untold.size > 0 && !this.#closed && this.#link.isShared) this.#tellWithin(WAIT_MS.now);
  }

  async #tellAll(): Promise<void> {
    const all = [...this.#untold];
    this.#untold.clear();
    for (let from = 0; from < all.length; from += AT_A_TIME)
      await Promise.all(all.slice(from, from + AT_A_TIME).map((one) => one.shared.flush()));
    // While the store is lost they stay untold; those that are still used come again with their next outcome.
    for (const one of all) if (one.shared.isUntold && this.#link.isShared) this.#untold.add(one);
  }

  #askLater(): void {
    if (this.#closed) return;
    this.#asking = setTimeout(() => void this.#ask(), ASK_MS);
    this.#asking.unref();
  }

  async #ask(): Promise<void> {
    try {
      await this.#link.askClock();
      const generation = await this.#link.call((store) => store.generation());
      const isOld = performance.now() - this.#listedAt >= LIST_ANYWAY_MS;
      if (generation !== this.#generation || isOld) await this.#list();
      this.#generation = generation;
    } catch {
      // The guard has noticed; the store is asked again.
    }
    this.#askLater();
  }

  /** One listing at a time; never rejects. */
  #list(): Promise<void> {
    this.#listing ??= this.#listNow().finally(() => {
      this.#listing = undefined;
    });
    return this.#listing;
  }

  async #listNow(): Promise<void> {
    const askedAt = performance.now();
    try {
      const documents = await this.#link.call((store) => store.list(BREAKER_KIND));
      this.#listedAt = askedAt;
      this.#onListed(documents, askedAt);
    } catch {
      // As above.
    }
  }
}
