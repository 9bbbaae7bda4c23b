import {advance, type PoolEntry, type PoolState, placeOf} from '../../engine/pool/pool.ts';
import {HeldSlot} from './held-slot.ts';
import {HeldSlots} from './held-slots.ts';
import {OwnIds} from './own-ids.ts';
import type {MemberCall, PoolMemberOptions} from './pool-member-options.ts';
import {carryOut, type PoolAnswers} from './pool-orders.ts';
import {PoolOutbox} from './pool-outbox.ts';
import {PoolWatch} from './pool-watch.ts';
import {type WaitEnd, WaitingCall} from './waiting-call.ts';

/** After a failure what is still wanted is tried again after this long, ms. */
const AGAIN_MS = 500;

/**
 * This process in a pool. What is asked while a change is under way is collected for the next one: however many slots are taken and
 * given back at once, one compare-and-set at a time changes the pool.
 */
export class PoolMember {
  readonly #options: PoolMemberOptions;
  readonly #ids = new OwnIds();
  readonly #slots: HeldSlots;
  readonly #calls = new Map<string, WaitingCall<HeldSlot>>();
  readonly #outbox = new PoolOutbox();
  readonly #watch: PoolWatch;
  #known: {readonly state: PoolState; readonly now: number} | undefined;
  #isNews = false;
  #running: Promise<void> | undefined;
  #again: NodeJS.Timeout | undefined;
  #max: number;

  constructor(options: PoolMemberOptions) {
    this.#options = options;
    this.#max = options.pool.spec.max;
    this.#slots = new HeldSlots({
      leaseMs: options.pool.spec.lease / 1_000,
      onDue: () => this.look('and change'),
      onLost: options.onLost,
    });
    this.#watch = new PoolWatch({
      listen: (onNews) => options.pool.listen(onNews),
      onLook: () => this.look(),
    });
  }

  get held(): number {
    return this.#slots.size;
  }

  get max(): number {
    return this.#max;
  }

  get state(): PoolState | undefined {
    return this.#known?.state;
  }

  setMax(max: number): void {
    if (max === this.#max) return;
    this.#max = max;
    if (this.#calls.size > 0) this.look('and change');
  }

  /** Asks for a slot. What it answers is to be given to `leave` by a caller who waits no longer. */
  enter(asked: MemberCall): WaitingCall<HeldSlot> {
    const call = new WaitingCall<HeldSlot>({...asked, id: this.#ids.next()});
    this.#calls.set(call.id, call);
    this.#outbox.enter(call);
    if (call.waits) call.startTimer(() => this.leave(call, {kind: 'timeout'}));
    this.#start();
    return call;
  }

  leave(call: WaitingCall<HeldSlot>, end: WaitEnd): void {
    if (!this.#calls.has(call.id)) return;
    // Only who waited for too long is told where: a storm of callers that give up costs nothing.
    if (this.#known !== undefined && end.kind === 'timeout')
      call.position = placeOf(this.#known.state, this.#options.pool.spec, call.id, this.#known.now)?.position;
    this.#end(call, end);
    this.#outbox.leave(call.id);
    this.#start();
    this.#restWhenIdle();
  }

  /** Looks at the pool soon; `and change`: signs of life are due, or something else may have to be done. */
  look(how: 'only' | 'and change' = 'only'): void {
    if (how === 'only') this.#isNews = true;
    else this.#outbox.due();
    this.#start();
  }

  /** Nobody comes any more: who waits is refused, and slots end with their leases. Resolves when none is left. */
  async close(error: Error): Promise<void> {
    for (const call of [...this.#calls.values()]) this.leave(call, {kind: 'failed', error});
    await this.#slots.drained();
    while (this.#running !== undefined) await this.#running;
    clearTimeout(this.#again);
    await this.#watch.stop();
  }

  #release(slot: HeldSlot): Promise<void> {
    if (!this.#slots.remove(slot)) return Promise.resolve();
    const released = this.#outbox.release(slot.fencingToken);
    this.#start();
    return released;
  }

  #start(): void {
    this.#running ??= this.#run();
  }

  async #run(): Promise<void> {
    // All that is asked in one go goes together.
    await undefined;
    try {
      while (!this.#outbox.isEmpty || this.#isNews) {
        if (this.#outbox.isEmpty) await this.#read();
        else await this.#carryOut();
      }
    } catch (error) {
      this.#fail(error);
    } finally {
      // At once: whatever is asked from here on starts anew.
      this.#running = undefined;
    }
  }

  async #carryOut(): Promise<void> {
    const {pool} = this.#options;
    const askedAt = performance.now();
    const told = [...this.#calls.values()].filter(({toldAt}) => toldAt !== undefined);
    const ids = told.map(({id}) => id);
    const {orders, calls} = this.#outbox.take(this.#slots.tokens, ids);
    const hasNews = this.#isNews;
    this.#isNews = false;
    try {
      if (hasNews) pool.distrust();
      const answers = await pool.change((state, moment) => carryOut(orders, state, moment, this.#max));
      this.#outbox.released(orders.releasing);
      // Whom the pool did not know any more it was not told of.
      const known = new Set(pool.known.state.waiting.map(({id}) => id));
      for (const call of told) if (known.has(call.id)) call.toldAt = askedAt;
      for (const call of calls) call.toldAt = askedAt;
      this.#settle(calls, answers);
    } catch (error) {
      // It may have been written all the same: what is found under our name and not known is given back.
      for (const call of calls) this.#end(call, {kind: 'failed', error});
      throw error;
    }
  }

  async #read(): Promise<void> {
    this.#isNews = false;
    const {pool} = this.#options;
    await pool.read();
    const {state, now} = pool.known;
    const isDue = [...this.#calls.values()].some((call) => call.isSilent);
    if (isDue || advance(state, pool.spec, now, this.#max).state !== state) this.#outbox.due();
    this.#settle([]);
  }

  #fail(error: unknown): void {
    this.#outbox.stopWaiting();
    for (const call of [...this.#calls.values()]) {
      if (call.toldAt === undefined) continue;
      this.#outbox.leave(call.id);
      this.#end(call, {kind: 'failed', error});
    }
    this.#restWhenIdle();
    this.#isNews = false;
    clearTimeout(this.#again);
    this.#again = setTimeout(() => this.#start(), AGAIN_MS).unref();
  }

  /** What the state of the pool means for the calls and slots of this process. */
  #settle(calls: readonly WaitingCall<HeldSlot>[], answers?: PoolAnswers): void {
    const {pool} = this.#options;
    const {state} = pool.known;
    this.#known = pool.known;
    for (const call of calls) this.#answer(call, answers!.entries.get(call.id)!);
    const leases = state.leases.filter(this.#ids.owns);
    this.#slots.keepOnly(new Set(leases.map(({token}) => token)));
    for (const lease of leases) this.#leased(lease.id, lease.token, pool.remaining(lease) / 1_000);
    const waiting = new Set(state.waiting.filter(this.#ids.owns).map(({id}) => id));
    for (const call of this.#calls.values())
      if (call.toldAt !== undefined && !waiting.has(call.id)) this.#missing(call);
    for (const id of waiting) if (!this.#calls.has(id)) this.#outbox.leave(id);
    const {granted = [], displaced = []} = answers ?? {};
    // News is a hint: who does not hear it looks a little later.
    if ([...granted, ...displaced].some(this.#ids.isOthers)) pool.notify().catch(() => undefined);
    if (waiting.size > 0) this.#watch.begin();
    else this.#restWhenIdle();
    this.#options.onState(state);
  }

  #answer(call: WaitingCall<HeldSlot>, entry: PoolEntry): void {
    if (call.isOver || entry.kind === 'granted') return;
    if (entry.kind === 'refused') {
      this.#end(call, {kind: 'refused', retryAfterMs: Math.ceil(entry.retryAfter / 1_000)});
      return;
    }
    call.position = entry.position;
    this.#options.onQueued(call, entry);
  }

  /** There is a lease under our name. */
  #leased(id: string, token: number, lastsMs: number): void {
    if (this.#outbox.isReleasing(token)) return;
    if (this.#slots.renewed(token, lastsMs)) return;
    const call = this.#calls.get(id);
    const isLate = lastsMs <= this.#slots.earlyMs;
    if (call === undefined || isLate) void this.#outbox.release(token);
    else this.#grant(call, token, lastsMs);
    if (call !== undefined && isLate) this.#tooLate(call);
  }

  #grant(call: WaitingCall<HeldSlot>, token: number, lastsMs: number): void {
    this.#calls.delete(call.id);
    const slot = new HeldSlot({
      ...{key: call.key, priority: call.rank, fencingToken: token, lastsMs},
      waitedMs: call.waitedMs,
      source: this.#options.source,
      onRelease: (released) => this.#release(released),
    });
    this.#slots.add(slot);
    call.grant(slot);
  }

  /** The store took longer than a lease lasts. Who does not wait asks no second time: the store may be as slow again. */
  #tooLate(call: WaitingCall<HeldSlot>): void {
    if (call.waits) this.#enterAgain(call);
    else this.#end(call, {kind: 'refused', retryAfterMs: this.#options.pool.spec.lease / 1_000});
  }

  /** A call of ours that neither waits nor has a slot. */
  #missing(call: WaitingCall<HeldSlot>): void {
    const {fate} = call;
    if (fate === 'forgotten') this.#enterAgain(call);
    else this.#end(call, {kind: fate});
  }

  #enterAgain(call: WaitingCall<HeldSlot>): void {
    call.toldAt = undefined;
    this.#outbox.enter(call);
  }

  #end(call: WaitingCall<HeldSlot>, end: WaitEnd): void {
    this.#calls.delete(call.id);
    call.end(end);
  }

  #restWhenIdle(): void {
    if (this.#calls.size === 0) this.#watch.rest();
  }
}
