import type {HeldSlot} from './held-slot.ts';

/** A lease is renewed this often while it lasts: two renewals may fail. */
const RENEWALS = 3;
/** A holder stops this part of the lease before its end, at most `MOST_EARLY_MS`: timers are late, and so may be the other clock. */
const EARLY = 0.05;
const MOST_EARLY_MS = 100;
/** The longest that a timer can take, ms. */
const LONGEST_MS = 2 ** 31 - 1;

export interface HeldSlotsOptions {
  readonly leaseMs: number;
  /** Leases have to be renewed. */
  readonly onDue: () => void;
  readonly onLost: (slot: HeldSlot) => void;
}

/** The slots that this process holds: has them renewed, and gives up those whose lease has ended. Timers keep no process alive. */
export class HeldSlots {
  readonly #options: HeldSlotsOptions;
  readonly #slots = new Map<number, HeldSlot>();
  /** A slot whose lease lasts no longer is as good as lost, ms. */
  readonly earlyMs: number;
  #renewal: NodeJS.Timeout | undefined;
  #end: NodeJS.Timeout | undefined;
  #endsAt = Number.POSITIVE_INFINITY;
  #isDraining = false;
  #onEmpty: (() => void) | undefined;

  constructor(options: HeldSlotsOptions) {
    this.#options = options;
    this.earlyMs = Math.min(MOST_EARLY_MS, options.leaseMs * EARLY);
  }

  get size(): number {
    return this.#slots.size;
  }

  get tokens(): readonly number[] {
    return [...this.#slots.keys()];
  }

  /** Its lease lasts for so long from now on. Answers whether it is held. */
  renewed(token: number, lastsMs: number): boolean {
    const slot = this.#slots.get(token);
    slot?.renewed(lastsMs);
    return slot !== undefined;
  }

  add(slot: HeldSlot): void {
    this.#slots.set(slot.fencingToken, slot);
    this.#watch(slot);
    if (!this.#isDraining)
      this.#renewal ??= setInterval(this.#options.onDue, this.#options.leaseMs / RENEWALS).unref();
  }

  /** Answers whether it was held. */
  remove(slot: HeldSlot): boolean {
    const wasHeld = this.#slots.delete(slot.fencingToken);
    if (this.#slots.size === 0) this.#rest();
    return wasHeld;
  }

  lose(token: number): void {
    const slot = this.#slots.get(token);
    if (slot === undefined || !this.remove(slot)) return;
    slot.lose();
    this.#options.onLost(slot);
  }

  /** All others are lost. */
  keepOnly(tokens: ReadonlySet<number>): void {
    for (const token of this.tokens) if (!tokens.has(token)) this.lose(token);
  }

  /** From now on slots end with their leases. Resolves when none is left; the process waits for that. */
  async drained(): Promise<void> {
    this.#isDraining = true;
    clearInterval(this.#renewal);
    this.#end?.ref();
    if (this.#slots.size > 0)
      await new Promise<void>((resolve) => {
        this.#onEmpty = resolve;
      });
  }

  #rest(): void {
    clearInterval(this.#renewal);
    clearTimeout(this.#end);
    this.#renewal = undefined;
    this.#end = undefined;
    this.#endsAt = Number.POSITIVE_INFINITY;
    this.#onEmpty?.();
  }

  /** One timer for the slot that ends first; renewals only make it look once too often. */
  #watch(slot: HeldSlot): void {
    const inMs = Math.max(0, slot.lastsMs - this.earlyMs);
    const at = performance.now() + inMs;
    if (at >= this.#endsAt) return;
    clearTimeout(this.#end);
    this.#endsAt = at;
    this.#end = setTimeout(() => this.#look(), Math.min(LONGEST_MS, Math.ceil(inMs)));
    if (!this.#isDraining) this.#end.unref();
  }

  #look(): void {
    this.#endsAt = Number.POSITIVE_INFINITY;
    for (const slot of [...this.#slots.values()]) {
      if (slot.lastsMs <= this.earlyMs) this.lose(slot.fencingToken);
      else this.#watch(slot);
    }
  }
}
