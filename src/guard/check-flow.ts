import type {Check, CheckAnswer, RowAddress} from '../engine/live/check.ts';
import type {Attributes, RequestRouter} from '../engine/live/request-router.ts';
import {processClock, type StoreClock} from '../store/store-clock.ts';
import type {ChangeWatcher} from './change-watcher.ts';
import type {CheckBatcher} from './check-batcher.ts';
import {checkedOptions} from './checked-options.ts';
import type {DecisionSource} from './decision-view.ts';
import type {DenialCache} from './denial-cache.ts';
import {answerForWhole} from './for-whole.ts';
import {type Lease, LimitDecision} from './limit-decision.ts';
import type {CheckOptions} from './limiter-options.ts';
import type {LimiterParts} from './limiter-parts.ts';
import type {LimiterReport} from './limiter-report.ts';
import type {LimiterSettings} from './limiter-settings.ts';
import {peekCheck} from './peek-check.ts';
import type {StoreGuard} from './store-guard.ts';
import type {SourcedAnswer, StoreLoss} from './store-loss.ts';

type OnDecided = (check: Check, answered: SourcedAnswer) => void;

/**
 * The way of a check through a limiter: attributes → check → answer → decision. Answers come, in this order, from nobody (no limit
 * applies), from a refusal that is remembered, from a store that decides within the call, from a store that is asked, and, while
 * the store is lost, from what `onStoreError` says. The first three take no time to wait for.
 */
export class CheckFlow {
  readonly #settings: LimiterSettings;
  readonly #router: RequestRouter;
  readonly #clock: StoreClock;
  readonly #guard: StoreGuard;
  readonly #batcher: CheckBatcher;
  readonly #watcher: ChangeWatcher;
  readonly #cache: DenialCache | undefined;
  readonly #loss: StoreLoss;
  readonly #report: LimiterReport;
  readonly #giveBack: (leases: readonly Lease[]) => Promise<void>;
  /** Whether the limiter's clock is that of the process, which a store of this process reads, too. */
  readonly #sharesClock: boolean;
  /** Told of every check, charged or remembered. */
  onDecided: OnDecided | undefined;

  constructor(parts: LimiterParts) {
    this.#settings = parts.settings;
    this.#router = parts.router;
    this.#clock = parts.clock;
    this.#guard = parts.guard;
    this.#batcher = parts.batcher;
    this.#watcher = parts.watcher;
    this.#cache = parts.cache;
    this.#loss = parts.loss;
    this.#report = parts.report;
    this.#giveBack = (leases) => parts.slots.giveBack(leases);
    this.#sharesClock = parts.settings.clock === processClock;
  }

  /** See `Limiter.check`. */
  async check(attributes: Attributes, options: CheckOptions): Promise<LimitDecision> {
    const began = this.#clock.monotonic();
    const {cost, hold} = checkedOptions(attributes, options);
    const isFresh = this.#watcher.isFresh(began);
    const remembers = isFresh || (await this.#freshen());
    const check = this.#route(attributes, cost, hold, began);
    // A reading of the clock is good for the store, too, unless something was waited for since.
    const at = isFresh && this.#sharesClock ? began : undefined;
    const decision = this.#decideAtOnce(check, remembers, began, at) ?? (await this.#ask(check, began));
    // With `charge: always` other limits may have handed out slots to the refused request.
    if (!decision.allowed && decision.leases.length > 0) void decision.release();
    return decision;
  }

  /** See `Limiter.peek`. */
  async peek(attributes: Attributes, options: CheckOptions): Promise<LimitDecision> {
    const {cost, hold} = checkedOptions(attributes, options);
    if (!this.#watcher.isFresh()) await this.#freshen();
    const check = this.#route(attributes, cost, hold);
    if (check.layers.length === 0)
      return new LimitDecision(check, this.#nothing(), this.#sourceOfNothing(), this.#giveBack);
    try {
      const answer = await this.#guard.call((store) => peekCheck(store, check));
      return new LimitDecision(check, answer, 'store', this.#giveBack);
    } catch {
      const asking = this.#route(attributes, 0, hold);
      const {answer, source, release} = await this.#loss.answer(asking);
      return new LimitDecision(asking, answer, source, release);
    }
  }

  /** Like `peek`, without asking the store where a refusal is remembered: then only what refused is told. */
  async foresee(attributes: Attributes, options: CheckOptions): Promise<LimitDecision> {
    const began = this.#clock.monotonic();
    const {cost, hold} = checkedOptions(attributes, options);
    const remembers = this.#watcher.isFresh(began) || (await this.#freshen());
    const check = this.#route(attributes, cost, hold, began);
    const remembered = this.#remembered(check, remembers, began, undefined);
    return remembered === undefined
      ? this.peek(attributes, options)
      : new LimitDecision(check, answerForWhole(check, remembered), 'cache', this.#giveBack);
  }

  /** What the limits that apply to a request count. */
  addresses(attributes: Attributes, options: CheckOptions): readonly RowAddress[] {
    const {cost, hold} = checkedOptions(attributes, options);
    return this.#route(attributes, cost, hold).layers.map(({address}) => address);
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

  /** Undefined: the store has to be asked, and waited for. */
  #decideAtOnce(
    check: Check,
    remembers: boolean,
    began: number,
    at: number | undefined,
  ): LimitDecision | undefined {
    if (check.layers.length === 0)
      return this.#decided(check, this.#nothing(), this.#sourceOfNothing(), began);
    const remembered = this.#remembered(check, remembers, began, at);
    if (remembered !== undefined) return this.#decided(check, remembered, 'cache', began);
    const answer = this.#guard.decideAtOnce(check, at);
    if (answer === undefined) return undefined;
    this.#clock.sync(answer.now, began);
    this.#cache?.keep(check, answer, began);
    return this.#decided(check, answer, 'store', began);
  }

  #remembered(
    check: Check,
    remembers: boolean,
    began: number,
    at: number | undefined,
  ): CheckAnswer | undefined {
    const cache = remembers && this.#guard.state === 'ok' ? this.#cache : undefined;
    return cache?.find(check, this.#clock.now(began), at);
  }

  /** Has a store elsewhere decide, or what is there for its loss. */
  async #ask(check: Check, began: number): Promise<LimitDecision> {
    if (this.#guard.decides) {
      try {
        const {answer, sentAt} = await this.#batcher.check(check);
        this.#clock.sync(answer.now);
        this.#cache?.keep(check, answer, sentAt);
        return this.#decided(check, answer, 'store', began);
      } catch {
        // The guard knows about it; the request is decided without the store.
      }
    }
    const {answer, source, release} = await this.#loss.answer(check);
    return this.#decided(check, answer, source, began, release);
  }

  #decided(
    check: Check,
    given: CheckAnswer,
    source: DecisionSource,
    began: number,
    release = this.#giveBack,
  ): LimitDecision {
    const answer = answerForWhole(check, given);
    const decision = new LimitDecision(check, answer, source, release);
    this.#report.decided(decision, check, answer, this.#clock.monotonic() - began);
    this.onDecided?.(check, {answer, source, release});
    return decision;
  }

  /** No limit applies, or limits are off. */
  #nothing(): CheckAnswer {
    return {now: this.#clock.now(), verdicts: []};
  }

  #sourceOfNothing(): DecisionSource {
    return this.#settings.enabled ? 'store' : 'open';
  }
}
