import type {Check} from '../engine/live/check.ts';
import type {LiveOverride} from '../engine/live/live-override.ts';
import type {Attributes} from '../engine/live/request-router.ts';
import type {OnStoreError, Policy} from '../engine/policy-model.ts';
import type {Store} from '../store/port.ts';
import type {StoreError} from '../store/store-error.ts';
import {type AcquireOptions, acquire} from './acquire.ts';
import {CheckFlow} from './check-flow.ts';
import type {LimitCount} from './limit-counts.ts';
import type {LimitDecision} from './limit-decision.ts';
import type {LimiterEvents} from './limiter-events.ts';
import type {CheckOptions} from './limiter-options.ts';
import {type GivenStore, type LimiterParts, limiterParts} from './limiter-parts.ts';
import type {LimiterSettings} from './limiter-settings.ts';
import {publishPolicy} from './publish-policy.ts';
import type {StoreState} from './store-guard.ts';
import type {SourcedAnswer} from './store-loss.ts';
import {type Observation, Upstream, type UpstreamAnswer} from './upstream.ts';
import {WaitingLines} from './waiting-lines.ts';
import {type WrapOptions, wrapped} from './wrap.ts';

const NO_OPTIONS: CheckOptions = {};

/** What a protection changes of a limiter at run time. */
export interface LimiterAdjustment {
  readonly shares?: ReadonlyMap<string, number> | undefined;
  readonly tierOf?: ((limit: string, key: string, tier: string) => string) | undefined;
  readonly onDecided?: ((check: Check, answered: SourcedAnswer) => void) | undefined;
}

/** Decides requests by a policy, with state in a store. Made by `createLimiter`. */
export class Limiter {
  readonly #settings: LimiterSettings;
  readonly #parts: LimiterParts;
  readonly #flow: CheckFlow;
  readonly #upstream: Upstream;
  #overrides: readonly LiveOverride[] = [];
  #started = false;
  #wasLost = false;
  /** What is under way since the store was opened, or came back. */
  #preparing: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;
  readonly #lines = new WaitingLines();

  /** For `createLimiter`. */
  constructor(settings: LimiterSettings, events: LimiterEvents, store: GivenStore) {
    this.#settings = settings;
    this.#parts = limiterParts(settings, events, store, {
      onLost: (error) => this.#lost(error),
      onBack: (opened, lostForMs) => this.#back(opened, lostForMs),
      onNews: (overrides, news) => this.#heard(overrides, news),
    });
    this.#flow = new CheckFlow(this.#parts);
    this.#upstream = new Upstream({...this.#parts, refreshNow: () => this.refreshNow()});
  }

  /** The policy that is enforced. */
  get policy(): Policy {
    return this.#settings.policy;
  }

  /** Whether the store decides, or `onStoreError`. */
  get storeState(): StoreState {
    return this.#parts.guard.state;
  }

  /** The store's clock as far as it is known here, µs. */
  now(): number {
    return this.#parts.clock.now();
  }

  get onStoreError(): OnStoreError {
    return this.#settings.onStoreError;
  }

  /** For `createLimiter`: opens the store and learns what holds in it. */
  async start(): Promise<void> {
    if (!this.#settings.enabled) return;
    await this.#parts.guard.start();
    if (this.#parts.guard.state === 'lost' && this.#settings.failFast) {
      const cause = this.#parts.guard.cause;
      await this.close();
      throw cause;
    }
    this.#started = true;
    this.#parts.watcher.start();
    this.#parts.sweeper.start();
    if (this.#parts.guard.state === 'ok') await this.#parts.watcher.refresh();
  }

  /**
   * Decides a request, and charges it when it is allowed: one round trip, none when the refusal is known. Rejects only when
   * `cost` or `holdMs` is no such number: trouble with the store ends in what `onStoreError` says.
   */
  check(attributes: Attributes, options: CheckOptions = NO_OPTIONS): Promise<LimitDecision> {
    return this.#flow.check(attributes, options);
  }

  /**
   * What a request would be answered now; takes nothing. While the store is lost it is asked with cost 0: what is left, not whether
   * the cost fits.
   */
  peek(attributes: Attributes, options: CheckOptions = NO_OPTIONS): Promise<LimitDecision> {
    return this.#flow.peek(attributes, options);
  }

  /**
   * Waits until the request is allowed and takes it; does not pass those of this process who wait for the same. Rejects with a
   * `RateLimitError` when it can never be allowed or not within `timeoutMs`, with the signal's reason when that is aborted, and with
   * a `RatectlError` (`limiter/closed`) when it would have to wait for a limiter that is closed.
   */
  acquire(attributes: Attributes, options: AcquireOptions = {}): Promise<LimitDecision> {
    return acquire(this.#flow, attributes, options, this.#lines);
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
    if (shares !== undefined) this.#parts.router.setShares(shares);
    if (tierOf !== undefined) this.#parts.router.setTierMover(tierOf);
    if (onDecided !== undefined) this.#flow.onDecided = onDecided;
    // What was refused may be allowed now.
    this.#parts.cache?.clear();
    this.#lines.wakeFronts();
  }

  /** What was counted since the start, in the text format of Prometheus; empty when metrics are off. */
  metrics(): string {
    return (
      this.#parts.metrics?.text({
        countOf: (limit) => this.#parts.report.countOf(limit),
        storeUp: this.#parts.guard.state === 'ok',
        liveOverrides: this.#overrides.filter(({until}) => until > this.#parts.clock.now()).length,
        rememberedRefusals: this.#parts.cache?.size ?? 0,
        usageDropped: this.#parts.usage?.dropped ?? 0,
      }) ?? ''
    );
  }

  /** For a protection: what was counted of the limits since the start, in the order of the policy. */
  counts(): readonly LimitCount[] {
    return this.policy.limits.map((_, i) => this.#parts.report.countOf(i));
  }

  /** Hears of resets and overrides now rather than within half a second. */
  async refreshNow(): Promise<void> {
    if (this.#settings.enabled) await this.#parts.watcher.refreshNow();
  }

  /**
   * Waits for checks that are under way, writes what was summed up, and closes the store unless it was given open. Checks that come
   * later go without it; those who wait in `acquire` are told that it is closed.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#lines.close();
    this.#parts.watcher.close();
    this.#parts.sweeper.close();
    await this.#preparing;
    await this.#parts.usage?.close();
    await this.#parts.guard.close();
  }

  #lost(error: StoreError): void {
    const {onStoreError, failFast} = this.#settings;
    // `start` rejects with it.
    if (failFast && !this.#started) return;
    this.#wasLost = true;
    this.#parts.cache?.clear();
    this.#parts.watcher.forget();
    this.#parts.report.storeLost(error, onStoreError);
  }

  #back(store: Store, lostForMs: number): void {
    this.#parts.cache?.clear();
    void this.#parts.slots.retry();
    const prepare = async (): Promise<void> => {
      await this.#parts.watcher.refresh();
      const {now} = await store.facts();
      this.#parts.clock.sync(now);
      if (this.#settings.publishPolicy) await publishPolicy(store, this.#settings.loaded);
    };
    // None of it is needed for deciding: what fails is tried again when the store comes back the next time.
    this.#preparing = prepare().catch(() => undefined);
    if (this.#wasLost) this.#parts.report.storeBack(lostForMs);
    this.#wasLost = false;
  }

  #heard(overrides: readonly LiveOverride[], news: 'learned' | 'changed'): void {
    this.#overrides = overrides;
    this.#parts.router.setOverrides(overrides);
    this.#parts.cache?.clear();
    this.#upstream.forget();
    if (news === 'changed') this.#parts.metrics?.change();
    this.#lines.wakeFronts();
  }
}
