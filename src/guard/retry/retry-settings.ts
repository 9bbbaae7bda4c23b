import {RatectlError} from '../../base/ratectl-error.ts';
import {quoted} from '../../base/safe-text.ts';
import type {BackoffSpec} from '../../engine/backoff.ts';
import type {RetryBudgetSpec} from '../../engine/retry-budget.ts';
import {processClock} from '../../store/store-clock.ts';
import type {CallResult} from '../breaker/call-result.ts';
import type {RetryOptions} from './retry-options.ts';
import {isRetryableByDefault} from './retryable.ts';

/** Options with everything decided. */
export interface RetrySettings {
  readonly attempts: number;
  readonly backoff: BackoffSpec;
  readonly budget: RetryBudgetSpec;
  readonly isRetryable: (result: CallResult) => boolean;
  readonly random: () => number;
  readonly clock: () => number;
}

const HOUR_MS = 3_600_000;

/** Reads options. Throws a RatectlError that names the option. */
export const retrySettings = (options: RetryOptions): RetrySettings => {
  const {attempts = 4, firstMs = 100, mostMs = 20_000, budget = {}, windowMs = 10_000} = options;
  const {ratio = 0.1, reserve = 1} = budget;
  const {isRetryable = isRetryableByDefault, random = Math.random, clock = processClock} = options;
  if (!Number.isInteger(attempts) || attempts < 1 || attempts > 100)
    throw wrong('attempts', attempts, 'a whole number from 1 to 100');
  within('firstMs', firstMs, 1, HOUR_MS);
  within('mostMs', mostMs, firstMs, HOUR_MS);
  within('windowMs', windowMs, 1_000, HOUR_MS);
  within('budget.ratio', ratio, 0, 10);
  within('budget.reserve', reserve, 0, 1_000);
  if (typeof isRetryable !== 'function') throw wrong('isRetryable', isRetryable, 'a function');
  return {
    attempts,
    backoff: {first: Math.round(firstMs * 1_000), most: Math.round(mostMs * 1_000)},
    budget: {ratio, reserve, window: Math.round(windowMs * 1_000)},
    ...{isRetryable, random, clock},
  };
};

const within = (option: string, value: number, from: number, to: number): void => {
  if (!(value >= from && value <= to)) throw wrong(option, value, `a number from ${from} to ${to}`);
};

const wrong = (option: string, value: unknown, expected: string): RatectlError =>
  new RatectlError(`createRetry: ${option} is ${quoted(String(value))}, expected ${expected}`, {
    code: 'retry/option',
  });
