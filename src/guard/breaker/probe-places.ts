import type {IdentityBreaker} from './identity-breaker.ts';

/** How often it is looked whether a recovery is over, and whether places wait for nothing, ms. */
const EVERY_MS = 50;
/** A place waits for a request of its identity for so long, ms: clients come back after whole seconds. */
const HOLD_MS = 2_000;
/** Who was refused and has not come back after this long beyond the recovery does not come, ms. */
const PATIENCE_MS = 10_000;

/**
 * Places of probes for requests that cannot wait for the store. Once an identity was refused, a place is asked for when its recovery is
 * over, and kept for the next request of it; one that nobody comes for is given back.
 */
export class ProbePlaces {
  /** Identities that were refused, and until when they are waited for, ms of `performance.now()`. */
  readonly #wanted = new Map<IdentityBreaker, number>();
  readonly #held = new Set<IdentityBreaker>();
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  /** The probe that a request may be, when there is a place for it. */
  take(one: IdentityBreaker): number | undefined {
    const {place} = one;
    if (place === undefined) return undefined;
    one.place = undefined;
    this.#held.delete(one);
    return place.probe;
  }

  /** A request was refused: another will come. */
  want(one: IdentityBreaker): void {
    if (this.#closed) return;
    this.#wanted.set(one, performance.now() + one.rule.spec.recovery / 1_000 + PATIENCE_MS);
    if (one.shared.look().kind === 'probe') void this.#ask(one);
    this.#later();
  }

  /** Gives all places back. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await Promise.all([...this.#held].map((one) => this.#giveBack(one)));
  }

  #later(): void {
    if (this.#timer !== undefined || this.#closed || this.#wanted.size + this.#held.size === 0) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#look();
      this.#later();
    }, EVERY_MS);
    this.#timer.unref();
  }

  #look(): void {
    const now = performance.now();
    for (const [one, until] of this.#wanted) {
      const {kind} = one.shared.look();
      if (kind === 'allowed' || now > until) this.#wanted.delete(one);
      else if (kind === 'probe') void this.#ask(one);
    }
    for (const one of this.#held) if (one.place!.until <= now) void this.#giveBack(one);
  }

  async #ask(one: IdentityBreaker): Promise<void> {
    if (one.isAsking || one.place !== undefined) return;
    one.isAsking = true;
    const place = await one.shared.takeProbe();
    one.isAsking = false;
    if (place.kind === 'refused') return;
    this.#wanted.delete(one);
    if (place.probe === undefined) return;
    const holdMs = Math.min(HOLD_MS, one.rule.spec.recovery / 1_000);
    one.place = {probe: place.probe, until: performance.now() + holdMs};
    this.#held.add(one);
    if (this.#closed) await this.#giveBack(one);
    else this.#later();
  }

  async #giveBack(one: IdentityBreaker): Promise<void> {
    const probe = this.take(one);
    if (probe !== undefined) await one.shared.abandon(probe);
  }
}
