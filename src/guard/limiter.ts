import type {Check, CheckAnswer} from '../engine/live/check.ts';
import type {LiveOverride} from '../engine/live/live-override.ts';
import {type Attributes, RequestRouter} from '../engine/live/request-router.ts';
import type {OnStoreError, Policy} from '../engine/policy-model.ts';
import type {Store} from '../store/port.ts';
import {StoreClock} from '../store/store-clock.ts';
import type {StoreError} from '../store/store-error.ts';
import {type AcquireOptions, acquire} from './acquire.ts';
import {ChangeWatcher} from './change-watcher.ts';
import {CheckBatcher} from './check-batcher.ts';
import {checkedOptions} from './checked-options.ts';
import {decidedBeside} from './decided-beside.ts';
import {DenialCache} from './denial-cache.ts';
import {answerForWhole} from './for-whole.ts';
import {type Lease, LimitDecision, leasesOf} from './limit-decision.ts';
import type {LimiterEvents} from './limiter-events.ts';
import {LimiterMetrics} from './limiter-metrics.ts';
import type {CheckOptions} from './limiter-options.ts';
import {LimiterReport} from './limiter-report.ts';
import type {LimiterSettings} from './limiter-settings.ts';
import {peekCheck} from './peek-check.ts';
import {publishPolicy} from './publish-policy.ts';
import {SlotReturns} from './slot-returns.ts';
import {StoreGuard, type StoreState} from './store-guard.ts';
import {type SourcedAnswer, StoreLoss} from './store-loss.ts';
import {Sweeper} from './sweeper.ts';
import {type Observation, Upstream, type UpstreamAnswer} from './upstream.ts';
import {UsageRecorder} from './usage-recorder.ts';
import {WaitingLines} from './waiting-lines.ts';
import {type WrapOptions, wrapped} from './wrap.ts';

/** What a protection changes of a limiter at run time. */
export interface LimiterAdjustment {
  readonly shares?: ReadonlyMap<string, number> | undefined;
  readonly tierOf?: ((limit: string, key: string, tier: string) => string) | undefined;
  readonly onDecided?: ((check: Check, answered: SourcedAnswer) => void) | undefined;
}

/** Decides requests by a policy, with state in a store. Made by `createLimiter`. */
export class Limiter {
  readonly #settings: LimiterSettings;
  readonly #router: RequestRouter;
  readonly #clock: StoreClock;
  readonly #guard: StoreGuard;
  readonly #batcher: CheckBatcher;
  readonly #watcher: ChangeWatcher;
  readonly #cache: DenialCache | undefined;
  readonly #usage: UsageRecorder | undefined;
  readonly #metrics: LimiterMetrics | undefined;
  readonly #sweeper: Sweeper;
  readonly #upstream: Upstream;
  readonly #loss: StoreLoss;
  readonly #report: LimiterReport;
  readonly #slots: SlotReturns;
  readonly #giveBack = (leases: readonly Lease[]): Promise<void> => this.#slots.giveBack(leases);
  #overrides: readonly LiveOverride[] = [];
  #onDecided: LimiterAdjustment['onDecided'];
  #started = false;
  #wasLost = false;
  /** What is under way since the store was opened, or came back. */
  #preparing: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;
  readonly #lines = new WaitingLines();

  /** For `createLimiter`. */
  constructor(
    settings: LimiterSettings,
    events: LimiterEvents,
    store: {readonly open: () => Promise<Store>; readonly ownership: 'owned' | 'borrowed'},
  ) {
    const {clock} = settings;
    this.#settings = settings;
    this.#router = new RequestRouter(settings.policy);
    this.#clock = new StoreClock(clock, Date.now() * 1_000);
    this.#metrics = settings.metrics ? new LimiterMetrics() : undefined;
    this.#cache = settings.cache ? new DenialCache(clock) : undefined;
    this.#guard = new StoreGuard({
      ...store,
      timeoutMs: settings.timeoutMs,
      onLost: (error) => this.#lost(error),
      onBack: (opened, lostForMs) => this.#back(opened, lostForMs),
      onError: (kind) => this.#metrics?.storeError(kind),
    });
    this.#batcher = new CheckBatcher(
      (checks) =>
        this.#guard.decide(
          (opened) => opened.check(checks),
          (late) => void this.#slots.giveBack(checks.flatMap((check, i) => leasesOf(check, late[i]!))),
        ),
      clock,
      decidedBeside,
    );
    this.#slots = new SlotReturns(this.#guard);
    this.#watcher = new ChangeWatcher({
      guard: this.#guard,
      clock,
      onNews: (overrides, news) => this.#heard(overrides, news),
    });
    this.#usage = settings.usage
      ? new UsageRecorder((delta) => this.#guard.call((opened) => opened.record(delta)))
      : undefined;
    this.#sweeper = new Sweeper({guard: this.#guard, now: () => this.#clock.now()});
    this.#loss = new StoreLoss(settings.onStoreError, settings.instances, () => this.#clock.now());
    this.#report = new LimiterReport(this.#metrics, this.#usage, events);
    this.#upstream = new Upstream({
      guard: this.#guard,
      router: this.#router,
      clock: this.#clock,
      refreshNow: () => this.refreshNow(),
    });
  }

  /** The policy that is enforced. */
  get policy(): Policy {
    return this.#settings.policy;
  }

  /** Whether the store decides, or `onStoreError`. */
  get storeState(): StoreState {
    return this.#guard.state;
  }

  /** The store's clock as far as it is known here, µs. */
  now(): number {
    return this.#clock.now();
  }

  get onStoreError(): OnStoreError {
    return this.#settings.onStoreError;
  }

  /** For `createLimiter`: opens the store and learns what holds in it. */
  async start(): Promise<void> {
    if (!this.#settings.enabled) return;
    await this.#guard.start();
    if (this.#guard.state === 'lost' && this.#settings.failFast) {
      const cause = this.#guard.cause;
      await this.close();
      throw cause;
    }
    this.#started = true;
    this.#watcher.start();
    this.#sweeper.start();
    if (this.#guard.state === 'ok') await this.#watcher.refresh();
  }

  /**
   * Decides a request, and charges it when it is allowed: one round trip, none when the refusal is known. Rejects only when
   * `cost` or `holdMs` is no such number: trouble with the store ends in what `onStoreError` says.
   */
  async check(attributes: Attributes, options: CheckOptions = {}): Promise<LimitDecision> {
    const began = this.#clock.monotonic();
    const {cost, hold} = checkedOptions(attributes, options);
    const fresh = this.#watcher.isFresh(began) || (await this.#freshen());
    const check = this.#route(attributes, cost, hold, began);
    if (check.layers.length === 0) return this.#decided(check, this.#unlimited(), began);
    const cache = fresh && this.#guard.state === 'ok' ? this.#cache : undefined;
    const remembered = cache?.find(check, this.#clock.now(began));
    if (remembered !== undefined)
      return this.#decided(check, {...this.#byStore(remembered), source: 'cache'}, began);
    const answer = this.#guard.decideAtOnce(check);
    if (answer !== undefined) {
      this.#clock.sync(answer.now, began);
      this.#cache?.keep(check, answer, began);
      return this.#decided(check, this.#byStore(answer), began);
    }
    if (this.#guard.decides) {
      try {
        const {answer, sentAt} = await this.#batcher.check(check);
        this.#clock.sync(answer.now);
        this.#cache?.keep(check, answer, sentAt);
        return this.#decided(check, this.#byStore(answer), began);
      } catch {
        // The guard knows about it; the request is decided without the store.
      }
    }
    return this.#decided(check, await this.#loss.answer(check), began);
  }

  /**
   * What a request would be answered now; takes nothing. While the store is lost it is asked with cost 0: what is left, not whether
   * the cost fits.
   */
  async peek(attributes: Attributes, options: CheckOptions = {}): Promise<LimitDecision> {
    const {cost, hold} = checkedOptions(attributes, options);
    if (!this.#watcher.isFresh()) await this.#freshen();
    const check = this.#route(attributes, cost, hold);
    if (check.layers.length === 0) return new LimitDecision({check, ...this.#unlimited()});
    try {
      const answer = await this.#guard.call((store) => peekCheck(store, check));
      return new LimitDecision({check, ...this.#byStore(answer)});
    } catch {
      const asking = this.#route(attributes, 0, hold);
      return new LimitDecision({check: asking, ...(await this.#loss.answer(asking))});
    }
  }

  /**
   * Waits until the request is allowed and takes it. Rejects with a `RateLimitError` when it can never be allowed or not within
   * `timeoutMs`, and with the signal's reason when that is aborted.
   */
  acquire(attributes: Attributes, options: AcquireOptions = {}): Promise<LimitDecision> {
    return acquire(this, attributes, options, this.#lines);
  }

  /**
   * A function that is limited: it is called when the limits allow, after the delay they ask for, and gives its slots back when it
   * has settled. A refused call rejects with a `RateLimitError`, or answers what `onDenied` does.
   */
  wrap<This, Args extends readonly unknown[], Result, Instead = never>(
    fn: (this: This, ...args: Args) => Result,
    options: WrapOptions<Args, Instead>,
  ): (this: This, ...args: Args) => Promise<Awaited<Result> | Awaited<Instead>> {
    return wrapped(this, fn, options);
  }

  /**
   * Learns from a provider's answer, for all instances: after a 429, or with nothing left, its key waits until the time the
   * provider names; when it says that less is left than the bucket holds, the difference is taken. Never rejects because of
   * the store.
   */
  observe(answer: UpstreamAnswer): Promise<Observation> {
    return this.#settings.enabled ? this.#upstream.observe(answer) : Promise.resolve({kind: 'nothing'});
  }

  /**
   * For a protection: what adaptive control leaves of limits, by name, and which tier a key is treated as; `onDecided` is told of
   * every check, charged or remembered.
   */
  adjust({shares, tierOf, onDecided}: LimiterAdjustment): void {
    if (shares !== undefined) this.#router.setShares(shares);
    if (tierOf !== undefined) this.#router.setTierMover(tierOf);
    if (onDecided !== undefined) this.#onDecided = onDecided;
    // What was refused may be allowed now.
    this.#cache?.clear();
    this.#lines.wakeAll();
  }

  /** What was counted since the start, in the text format of Prometheus; empty when metrics are off. */
  metrics(): string {
    return (
      this.#metrics?.text({
        storeUp: this.#guard.state === 'ok',
        liveOverrides: this.#overrides.filter(({until}) => until > this.#clock.now()).length,
        rememberedRefusals: this.#cache?.size ?? 0,
        usageDropped: this.#usage?.dropped ?? 0,
      }) ?? ''
    );
  }

  /** Hears of resets and overrides now rather than within half a second. */
  async refreshNow(): Promise<void> {
    if (this.#settings.enabled) await this.#watcher.refreshNow();
  }

  /** Writes what was summed up and closes the store, unless it was given open. Checks that come later go without it. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#watcher.close();
    this.#sweeper.close();
    await this.#preparing;
    await this.#usage?.close();
    await this.#guard.close();
  }

  /** Whether what is known of resets and overrides is fresh; says that the limiter is in use. */
  async #freshen(): Promise<boolean> {
    return this.#guard.state === 'ok' && this.#settings.enabled ? this.#watcher.freshen() : false;
  }

  /** `at`: when, by the local clock. */
  #route(attributes: Attributes, cost: number, hold: number, at = this.#clock.monotonic()): Check {
    if (!this.#settings.enabled || this.#settings.isExempt(attributes))
      return {layers: [], charge: 'all-or-nothing', hold};
    return this.#router.route(attributes, {cost, hold, now: this.#clock.now(at)});
  }

  #decided(check: Check, given: SourcedAnswer, began: number): LimitDecision {
    const {source, release} = given;
    const answer = answerForWhole(check, given.answer);
    const decision = new LimitDecision({check, answer, source, release});
    this.#report.decided(decision, check, answer, this.#clock.monotonic() - began);
    this.#onDecided?.(check, {answer, source, release});
    // With `charge: always` other limits may have handed out slots to the refused request.
    if (!decision.allowed && decision.leases.length > 0) void decision.release();
    return decision;
  }

  #byStore(answer: CheckAnswer): SourcedAnswer {
    return {answer, source: 'store', release: this.#giveBack};
  }

  /** No limit applies, or limits are off. */
  #unlimited(): SourcedAnswer {
    const source = this.#settings.enabled ? 'store' : 'open';
    return {...this.#byStore({now: this.#clock.now(), verdicts: []}), source};
  }

  #lost(error: StoreError): void {
    const {onStoreError, failFast} = this.#settings;
    // `start` rejects with it.
    if (failFast && !this.#started) return;
    this.#wasLost = true;
    this.#cache?.clear();
    this.#watcher.forget();
    this.#report.storeLost(error, onStoreError);
  }

  #back(store: Store, lostForMs: number): void {
    this.#cache?.clear();
    void this.#slots.retry();
    const prepare = async (): Promise<void> => {
      await this.#watcher.refresh();
      const {now} = await store.facts();
      this.#clock.sync(now);
      if (this.#settings.publishPolicy) await publishPolicy(store, this.#settings.loaded);
    };
    // None of it is needed for deciding: what fails is tried again when the store comes back the next time.
    this.#preparing = prepare().catch(() => undefined);
    if (this.#wasLost) this.#report.storeBack(lostForMs);
    this.#wasLost = false;
  }

  #heard(overrides: readonly LiveOverride[], news: 'learned' | 'changed'): void {
    this.#overrides = overrides;
    this.#router.setOverrides(overrides);
    this.#cache?.clear();
    this.#upstream.forget();
    if (news === 'changed') this.#metrics?.change();
    this.#lines.wakeAll();
  }
}
