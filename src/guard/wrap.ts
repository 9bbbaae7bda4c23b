import type {Attributes} from '../engine/live/request-router.ts';
import type {Checking} from './acquire.ts';
import type {LimitDecision} from './limit-decision.ts';
import {RateLimitError} from './rate-limit-error.ts';
import {sleep} from './sleep.ts';

/** Which request a call is. A value, or a function of the call's arguments. */
export interface WrapOptions<Args extends readonly unknown[], Instead> {
  /** The attribute `key`. */
  readonly key?: string | ((...args: Args) => string) | undefined;
  /** Attributes besides it. */
  readonly attributes?: Attributes | ((...args: Args) => Attributes) | undefined;
  /** @default 1 */
  readonly cost?: number | ((...args: Args) => number) | undefined;
  /** See `CheckOptions`. */
  readonly holdMs?: number | undefined;
  /** Answers a refused call. Without it the call rejects with a `RateLimitError`. */
  readonly onDenied?: ((decision: LimitDecision, ...args: Args) => Instead) | undefined;
}

const resolved = <Args extends readonly unknown[], T>(value: T | ((...args: Args) => T), args: Args): T =>
  typeof value === 'function' ? (value as (...args: Args) => T)(...args) : value;

/** A function that asks the limiter before it calls `fn`, with the same `this` and arguments. */
export const wrapped = <This, Args extends readonly unknown[], Result, Instead>(
  limiter: Checking,
  fn: (this: This, ...args: Args) => Result,
  options: WrapOptions<Args, Instead>,
): ((this: This, ...args: Args) => Promise<Awaited<Result> | Awaited<Instead>>) =>
  async function (this: This, ...args: Args): Promise<Awaited<Result> | Awaited<Instead>> {
    const key = options.key === undefined ? undefined : resolved(options.key, args);
    const attributes = {...resolved(options.attributes ?? {}, args), ...(key === undefined ? {} : {key})};
    const decision = await limiter.check(attributes, {
      cost: resolved(options.cost ?? 1, args),
      holdMs: options.holdMs,
    });
    if (!decision.allowed) {
      if (options.onDenied === undefined) throw new RateLimitError(decision);
      return await options.onDenied(decision, ...args);
    }
    try {
      if (decision.delayMs > 0) await sleep(decision.delayMs);
      return await fn.apply(this, [...args] as unknown as Args & unknown[]);
    } finally {
      await decision.release();
    }
  };
