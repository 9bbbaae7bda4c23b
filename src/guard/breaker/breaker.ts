import {callListener} from '../../base/call-listener.ts';
import {type BreakerKind, kindAt, refusedUntil} from '../../engine/breaker.ts';
import type {BreakerSpec} from '../../engine/breaker-spec.ts';
import {BreakerCall} from './breaker-call.ts';
import {type BreakerEvents, whyChanged} from './breaker-events.ts';
import {BreakerOpenError} from './breaker-open-error.ts';
import type {BreakerSettings} from './breaker-settings.ts';
import {type CallResult, saysNothing} from './call-result.ts';
import {HealthChecker} from './health-checker.ts';
import {retryAfterMs} from './retry-after.ts';
import {SharedBreaker} from './shared-breaker.ts';
import type {SharedChange, Urgency} from './shared-change.ts';
import {StoreLink, type StoreLinkParts} from './store-link.ts';
import {ToldOutcomes} from './told-outcomes.ts';

/** How a breaker stands. */
export interface BreakerView {
  /** As a call finds it: an open one whose recovery is over is half-open. */
  readonly kind: BreakerKind;
  /** Failures in a row, up to the one that opened it. */
  readonly failures: number;
  /** µs of the store's clock; 0: not since it was closed. */
  readonly openedAt: number;
  /** Until when it refuses, µs of the store's clock; 0: it lets calls through. */
  readonly until: number;
  /** Milliseconds, rounded up, after which it is worth to ask; 0: now. */
  readonly retryAfterMs: number;
}

export interface RunOptions {
  /** Given to the function. A call that is given up by it counts as nothing; one that it timed out counts as failed. */
  readonly signal?: AbortSignal | undefined;
}

/** A circuit breaker around calls, shared by all processes that have the store. Made by `createBreaker`. */
export class Breaker {
  readonly #settings: BreakerSettings;
  readonly #events: BreakerEvents;
  readonly #link: StoreLink;
  readonly #shared: SharedBreaker;
  readonly #outcomes: ToldOutcomes;
  readonly #checker: HealthChecker | undefined;
  /** Places of probes that are asked for. */
  #asking = 0;
  #closing: Promise<void> | undefined;

  /** For `createBreaker`. `store` undefined: the breaker is this process's own. */
  constructor(
    settings: BreakerSettings,
    events: BreakerEvents,
    store: Pick<StoreLinkParts, 'open' | 'ownership'> | undefined,
  ) {
    this.#settings = settings;
    this.#events = events;
    this.#link = new StoreLink(
      store && {
        ...store,
        timeoutMs: settings.timeoutMs,
        onNews: () => void this.#shared.sync(),
        onLost: events.onStoreLost,
        onBack: events.onStoreBack,
      },
    );
    const {name, spec, healthCheck} = settings;
    this.#shared = new SharedBreaker({
      ...{id: name, spec, link: this.#link, kept: 'always'},
      onChange: (change) => this.#changed(change),
    });
    this.#outcomes = new ToldOutcomes(this.#shared, () => {
      void this.#link.askClock();
      this.#checker?.look();
    });
    this.#checker =
      healthCheck &&
      new HealthChecker({
        ...{breaker: name, shared: this.#shared, events, ...healthCheck},
        now: () => this.#link.now(),
        onReported: (urgency) => this.#reported(urgency),
      });
  }

  /** For `createBreaker`. */
  async start(): Promise<void> {
    if (!this.#settings.enabled) return;
    await this.#link.start();
    await this.#shared.sync();
    this.#outcomes.start();
  }

  get name(): string {
    return this.#settings.name;
  }

  get spec(): BreakerSpec {
    return this.#settings.spec;
  }

  get state(): BreakerView {
    const {spec} = this.#settings;
    const now = this.#link.now();
    const {state} = this.#shared;
    const until = refusedUntil(state, spec, now);
    const {failures, openedAt} = state;
    const waitMs = until === 0 ? 0 : retryAfterMs(state, spec, until, now);
    return {kind: kindAt(state, spec, now), failures, openedAt, until, retryAfterMs: waitMs};
  }

  /** Whether the store is there; `local` without one. */
  get storeState(): 'ok' | 'lost' | 'local' {
    if (this.#link.kind === 'local') return 'local';
    return this.#link.isShared ? 'ok' : 'lost';
  }

  /**
   * Calls the function when the breaker lets it. Rejects with a `BreakerOpenError` when it does not, with the signal's reason when that is
   * aborted before, and with what the function rejects with.
   */
  async run<T>(fn: (signal: AbortSignal) => T | Promise<T>, {signal}: RunOptions = {}): Promise<T> {
    signal?.throwIfAborted();
    const call = await this.admit();
    if (signal?.aborted === true) {
      call.abandon();
      throw signal.reason;
    }
    try {
      const value = await fn(signal ?? NEVER);
      this.#end(call, {kind: 'returned', value}, signal);
      return value;
    } catch (error) {
      this.#end(call, {kind: 'threw', error}, signal);
      throw error;
    }
  }

  /** The function behind the breaker. */
  wrap<Args extends readonly unknown[], T>(
    fn: (...args: Args) => T | Promise<T>,
  ): (...args: Args) => Promise<T> {
    return (...args) => this.run(() => fn(...args));
  }

  /**
   * Asks for one call that is made elsewhere. Rejects with a `BreakerOpenError`. What it answers has to be told how the call ended: a
   * probe that is never reported holds its place for the recovery.
   */
  async admit(): Promise<BreakerCall> {
    if (!this.#settings.enabled) return new BreakerCall(false, () => undefined);
    const look = this.#shared.look();
    if (look.kind === 'allowed') return this.#allowed(undefined);
    if (look.kind === 'refused') throw this.#refused(look.until);
    // As many are asked for as may be granted: the others would only wait to be refused.
    if (this.#asking >= this.#settings.spec.probes) throw this.#refused(Number.POSITIVE_INFINITY);
    this.#asking++;
    try {
      const place = await this.#shared.takeProbe();
      if (place.kind === 'refused') throw this.#refused(place.until);
      return this.#allowed(place.probe);
    } finally {
      this.#asking--;
    }
  }

  /** Closes it for all processes, and forgets what was counted. `by`: who does, for the journal of events. Never rejects. */
  async reset(by: string): Promise<void> {
    await this.#shared.byHand('closed', by);
    this.#link.announce();
  }

  /** Opens it for all processes; after the recovery it lets probes through as always. `by`: as for `reset`. Never rejects. */
  async open(by: string): Promise<void> {
    await this.#shared.byHand('opened', by);
    this.#link.announce();
  }

  /** Tells what has not been told, ends all that runs in the background, and closes the store unless it was given open. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#checker?.close();
    await this.#outcomes.close();
    await this.#link.close();
  }

  #allowed(probe: number | undefined): BreakerCall {
    const admittedAt = this.#link.now();
    return new BreakerCall(probe !== undefined, (outcome) => {
      if (outcome !== 'abandoned') this.#reported(this.#shared.report(outcome, admittedAt, probe));
      else if (probe !== undefined) void this.#shared.abandon(probe);
    });
  }

  #reported(urgency: Urgency): void {
    this.#outcomes.later(urgency);
    this.#checker?.look();
  }

  #end(call: BreakerCall, result: CallResult, signal: AbortSignal | undefined): void {
    if (saysNothing(result, signal)) call.abandon();
    else call.report(this.#isFailure(result) ? 'failure' : 'success');
  }

  /** A function that throws about a result must not take the result from the caller. */
  #isFailure(result: CallResult): boolean {
    try {
      return this.#settings.isFailure(result);
    } catch {
      return true;
    }
  }

  #refused(until: number): BreakerOpenError {
    const {name: breaker, spec} = this.#settings;
    const now = this.#link.now();
    const waitMs = retryAfterMs(this.#shared.state, spec, until, now);
    callListener(this.#events.onRefused, [{breaker, retryAfterMs: waitMs}]);
    return new BreakerOpenError({breaker, retryAfterMs: waitMs, now});
  }

  #changed({before, after, where}: SharedChange): void {
    const {name: breaker, spec} = this.#settings;
    const until = after.kind === 'open' ? after.openedAt + spec.recovery : 0;
    callListener(this.#events.onStateChange, [
      {breaker, from: before.kind, to: after.kind, why: whyChanged({after}), until, where},
    ]);
    // A breaker that opens or closes matters to all; who takes probes is seen when they are asked for.
    if (where === 'here' && after.kind !== 'half-open') this.#link.announce();
    this.#checker?.look();
  }
}

const NEVER = new AbortController().signal;
