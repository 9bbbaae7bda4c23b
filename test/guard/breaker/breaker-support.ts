import {onTestFinished} from 'vitest';
import type {Breaker} from '../../../src/guard/breaker/breaker.ts';
import {BreakerOpenError} from '../../../src/guard/breaker/breaker-open-error.ts';
import type {BreakerGiven, BreakerOptions} from '../../../src/guard/breaker/breaker-options.ts';
import {createBreaker} from '../../../src/guard/breaker/create-breaker.ts';
import {MINUTE, MS} from '../../support/instants.ts';

/** Short spans: tests run in real time. */
export const SPEC: BreakerGiven = {
  name: 'db',
  failures: 3,
  rate: undefined,
  window: MINUTE,
  minimumCalls: 4,
  recovery: 300 * MS,
  probes: 1,
  healthCheck: 100 * MS,
};

/** A breaker that is closed down when the test has ended. */
export const breakerFor = async (options: BreakerOptions = {}): Promise<Breaker> => {
  const breaker = await createBreaker({spec: SPEC, ...options});
  onTestFinished(() => breaker.close());
  return breaker;
};

export const failed = new Error('the database is away');

/** One call: `ok`, `failed`, or `open` when the breaker refused it. */
export const call = async (breaker: Breaker, outcome: 'ok' | 'fail'): Promise<string> => {
  try {
    await breaker.run(() => {
      if (outcome === 'fail') throw failed;
    });
    return 'ok';
  } catch (error) {
    if (error instanceof BreakerOpenError) return 'open';
    if (error === failed) return 'failed';
    throw error;
  }
};

export const fail = async (breaker: Breaker, times: number): Promise<void> => {
  for (let i = 0; i < times; i++) await call(breaker, 'fail');
};
