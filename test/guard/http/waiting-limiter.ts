import type {CheckedDecision, CheckingLimiter} from '../../../src/guard/http/limiter-port.ts';

/** A limiter whose requests wait until they are given up. */
export class WaitingLimiter implements CheckingLimiter {
  waiting = 0;

  check(
    _attributes: unknown,
    {signal}: {readonly signal?: AbortSignal | undefined} = {},
  ): Promise<CheckedDecision> {
    this.waiting++;
    return new Promise((_, reject) => {
      const aborted = (): void => {
        this.waiting--;
        reject(signal?.reason);
      };
      if (signal?.aborted) aborted();
      else signal?.addEventListener('abort', aborted, {once: true});
    });
  }
}
