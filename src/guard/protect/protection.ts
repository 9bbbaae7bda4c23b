import {MICROS_PER_MILLI} from '../../base/micros.ts';
import type {DegradationMode} from '../../engine/control/control-spec.ts';
import {serves} from '../../engine/control/degradation.ts';
import type {Attributes} from '../../engine/live/attributes.ts';
import type {Policy} from '../../engine/policy-model.ts';
import type {Guarded, RequestBreakers} from '../breaker/request-breakers.ts';
import type {ControlLoop} from '../control/control-loop.ts';
import type {DecisionView} from '../decision-view.ts';
import type {CheckingLimiter} from '../http/limiter-port.ts';
import type {Limiter} from '../limiter.ts';
import type {Slot} from '../pool/slot.ts';
import type {RequestOutcome} from '../request-outcome.ts';
import {sleep} from '../sleep.ts';
import type {PoolGate} from './pool-gate.ts';
import {ProtectedDecision, refusalBy} from './protected-decision.ts';
import {ProtectionError} from './protection-error.ts';
import type {ProtectionMetrics} from './protection-metrics.ts';
import type {EnterOptions, Running, RunOptions} from './protection-options.ts';
import type {ProtectionReport} from './protection-report.ts';
import type {RequestTally} from './request-tally.ts';
import {takeSlots, waitedMs} from './take-slots.ts';

export interface ProtectionParts {
  readonly limiter: Limiter;
  readonly control: ControlLoop | undefined;
  readonly breakers: RequestBreakers | undefined;
  readonly pools: readonly PoolGate[];
  /** The class of a request, 0 the most important; undefined: the policy has no classes. */
  readonly rankOf: ((attributes: Attributes) => number) | undefined;
  /** Whether refusals are only counted. */
  readonly shadow: boolean;
  readonly isExempt: (attributes: Attributes) => boolean;
  readonly tally: RequestTally;
  readonly report: ProtectionReport;
  /** Monotonic, µs. */
  readonly clock: () => number;
  readonly close: () => Promise<void>;
}

/**
 * All that a policy says, before a request: the mode of degradation and the request's priority, breakers, rate limits, then the
 * queues of pools. What is refused early costs nothing of what comes later; a request that a pool refuses has been charged by the
 * rate limits. Made by `createProtection`.
 */
export class Protection implements CheckingLimiter {
  /** What it allows has to be released in any case. */
  readonly learns = true;
  readonly #parts: ProtectionParts;

  /** For `createProtection`. */
  constructor(parts: ProtectionParts) {
    this.#parts = parts;
  }

  /** The rate limits by themselves: to look at them, or to ask without entering. */
  get limiter(): Limiter {
    return this.#parts.limiter;
  }

  /** The policy that is enforced. */
  get policy(): Policy {
    return this.#parts.limiter.policy;
  }

  /** Which priority classes are served now. */
  get mode(): DegradationMode {
    return this.#parts.control?.mode().mode ?? 'normal';
  }

  /**
   * Lets a request in, or refuses it; waits in the queues of pools. What it answers has to be released with how the request ended.
   * Rejects only when `cost` or `holdMs` is no such number, and with the signal's reason when that is aborted.
   */
  async check(attributes: Attributes, options: EnterOptions = {}): Promise<ProtectedDecision> {
    const {limiter, isExempt, breakers, shadow, rankOf} = this.#parts;
    const entry: Entry = {attributes, options, rank: rankOf?.(attributes) ?? 0, began: this.#parts.clock()};
    if (isExempt(attributes)) return this.#granted(entry, await limiter.check(attributes, options), [], []);
    const unserved = this.#unserved(entry);
    if (unserved !== undefined && !shadow) return this.#refused(entry, unserved);
    const admission = breakers?.admit(attributes);
    if (admission?.kind === 'refused' && !shadow) {
      const {breaker, key, retryAfterMs} = admission;
      const identity = key === '' ? undefined : key;
      return this.#refused(
        entry,
        refusalBy('breaker', {name: breaker, key: identity, retryAfterMs, now: this.#now()}),
      );
    }
    const calls = admission?.kind === 'allowed' ? admission.calls : [];
    try {
      return await this.#limited(entry, calls);
    } catch (error) {
      breakers?.abandon(calls);
      throw error;
    }
  }

  /**
   * Runs work under the protection: enters, runs, and tells how it ended. Rejects with a `ProtectionError` when it is refused, and
   * with what the work rejects with.
   */
  async run<T>(
    attributes: Attributes,
    work: (running: Running) => T | Promise<T>,
    {isFailure = isServerFailure, isError = isNoAbort, ...options}: RunOptions<T> = {},
  ): Promise<T> {
    const decision = await this.check(attributes, options);
    if (!decision.allowed) throw new ProtectionError(decision);
    let result: T;
    try {
      const {signal} = options;
      const running = signal === undefined ? decision.signal : AbortSignal.any([decision.signal, signal]);
      result = await work({decision, signal: running});
    } catch (error) {
      await decision.release(says(() => isError(error)) ? 'failure' : 'abandoned');
      throw error;
    }
    await decision.release(says(() => isFailure(result)) ? 'failure' : 'success');
    return result;
  }

  /** What was counted since the start, and how everything is now. Never rejects. */
  metrics(): Promise<ProtectionMetrics> {
    return this.#parts.report.metrics();
  }

  /** Ends all that runs in the background, and closes the store unless it was given open. */
  close(): Promise<void> {
    return this.#parts.close();
  }

  #unserved({rank}: Entry): DecisionView | undefined {
    const {control} = this.#parts;
    const {priorities, degradation} = this.policy;
    if (control === undefined || degradation === undefined) return undefined;
    const {mode, until} = control.mode();
    if (serves(mode, rank, Math.max(1, priorities.length))) return undefined;
    const now = this.#now();
    // By rule it lasts at least for `hold`; one that an operator set without an end is asked for again after as long.
    const wait = Number.isFinite(until) && until > now ? until - now : degradation.hold;
    return refusalBy('degradation', {name: mode, retryAfterMs: wait / MICROS_PER_MILLI, now});
  }

  async #limited(entry: Entry, calls: readonly Guarded[]): Promise<ProtectedDecision> {
    const {limiter, breakers, pools, shadow} = this.#parts;
    const {attributes, options} = entry;
    const {cost, holdMs, signal} = options;
    const decision = await limiter.check(attributes, {cost, holdMs});
    breakers?.limited(calls, decision.allowed ? 'allowed' : 'refused');
    if (!decision.allowed) {
      breakers?.abandon(calls);
      await decision.release();
      return this.#refused(entry, decision);
    }
    const giveBack = (): Promise<void> => decision.release();
    const slots: Slot[] = [];
    try {
      signal?.throwIfAborted();
      if (decision.delayMs > 0) await sleep(decision.delayMs, signal);
      const full = shadow ? undefined : await takeSlots(pools, entry, slots, () => this.#now());
      if (full === undefined) return this.#granted(entry, decision, slots, calls);
      await Promise.all([giveBack(), ...slots.map((slot) => slot.release())]);
      breakers?.abandon(calls);
      return this.#refused(entry, full);
    } catch (error) {
      await Promise.all([giveBack(), ...slots.map((slot) => slot.release())]);
      this.#parts.tally.gone();
      throw error;
    }
  }

  #granted(
    entry: Entry,
    view: DecisionView & {release(): Promise<void>},
    slots: readonly Slot[],
    calls: readonly Guarded[],
  ): ProtectedDecision {
    if (!view.allowed) return this.#refused(entry, view);
    const {tally, control, breakers, clock} = this.#parts;
    tally.began();
    const granted = clock();
    return new ProtectedDecision(view, {
      priority: this.#className(entry.rank),
      waitedMs: waitedMs(slots),
      signal: slots.length === 0 ? NEVER : AbortSignal.any(slots.map(({signal}) => signal)),
      end: async (outcome: RequestOutcome) => {
        const now = clock();
        tally.ended(outcome, now - entry.began);
        if (outcome === 'abandoned') breakers?.abandon(calls);
        else for (const call of calls) breakers?.outcome(call, outcome);
        control?.observe(now - granted, outcome === 'abandoned' ? 'abandoned' : 'completed');
        await Promise.all([view.release(), ...slots.map((slot) => slot.release())]);
      },
    });
  }

  #refused(entry: Entry, view: DecisionView): ProtectedDecision {
    const {tally, report} = this.#parts;
    tally.refused(view.scope, view.limit);
    const decision = new ProtectedDecision(view, {
      priority: this.#className(entry.rank),
      waitedMs: 0,
      signal: NEVER,
      end: async () => undefined,
    });
    report.refused(decision);
    return decision;
  }

  #className(rank: number): string | undefined {
    return this.policy.priorities[rank]?.name;
  }

  /** The store's clock as far as it is known, µs. */
  #now(): number {
    return this.#parts.limiter.now();
  }
}

/** A request on its way in. */
interface Entry {
  readonly attributes: Attributes;
  readonly options: EnterOptions;
  /** Index of its priority class. */
  readonly rank: number;
  /** By the monotonic clock, µs. */
  readonly began: number;
}

const NEVER = new AbortController().signal;

const isServerFailure = (result: unknown): boolean => result instanceof Response && result.status >= 500;

/** A function that throws about a result must neither take it from the caller nor keep the slots. */
const says = (isFailure: () => boolean): boolean => {
  try {
    return isFailure();
  } catch {
    return true;
  }
};

const isNoAbort = (error: unknown): boolean => !(error instanceof Error && error.name === 'AbortError');
