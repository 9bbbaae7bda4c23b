import {Retry} from './retry.ts';
import type {RetryOptions} from './retry-options.ts';
import {retrySettings} from './retry-settings.ts';

/**
 * Retries for calls to one provider or database. Make one for each: budget and waits are those of all its calls together.
 *
 * ```ts
 * const retry = createRetry();
 * const response = await retry.run(({signal}) => fetch(url, {signal}), {deadlineMs: 5_000});
 * ```
 *
 * Only what may be done twice should be tried again. Throws a RatectlError for options that are wrong.
 */
export const createRetry = (options: RetryOptions = {}): Retry =>
  new Retry(retrySettings(options), options.events ?? {});
