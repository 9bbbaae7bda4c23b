import {Agent, request as httpRequest} from 'node:http';
import {LatencyHistogram} from '../../../src/base/latency-histogram.ts';
import type {Arrival} from './traffic.ts';

export interface Measured {
  readonly offered: number;
  /** Answered with 200 before the deadline. */
  readonly good: number;
  /** Answered with 429 or 503. */
  readonly refused: number;
  /** Nobody waited any more. */
  readonly late: number;
  readonly errors: number;
  /** ms, of good answers, from when they should have been sent. */
  readonly p50: number;
  readonly p99: number;
}

/**
 * Sends requests when they are due, whatever became of those before (open loop): latency counts from the instant a request was due,
 * so that a slow server does not slow its own measurement down. Each client gives up after `deadlineMs`.
 */
export const load = (port: number, arrivals: readonly Arrival[], deadlineMs: number): Promise<Measured> =>
  new Promise((resolve) => {
    const agent = new Agent({keepAlive: true, maxSockets: Number.POSITIVE_INFINITY});
    const latency = new LatencyHistogram();
    let good = 0;
    let refused = 0;
    let late = 0;
    let errors = 0;
    let open = arrivals.length;
    let next = 0;
    const start = performance.now();

    const done = (): void => {
      if (--open > 0) return;
      agent.destroy();
      const ms = (share: number): number => Math.round(latency.percentile(share) / 1_000);
      resolve({offered: arrivals.length, good, refused, late, errors, p50: ms(0.5), p99: ms(0.99)});
    };

    const send = ({at, takesMs}: Arrival): void => {
      const due = start + at;
      let ended = false;
      const end = (count: () => void): void => {
        if (ended) return;
        ended = true;
        clearTimeout(timer);
        count();
        done();
      };
      const request = httpRequest(
        {port, host: '127.0.0.1', agent, headers: {'x-takes-ms': String(takesMs)}},
        (response) => {
          response.resume();
          response.on('end', () =>
            end(() => {
              if (response.statusCode === 200) {
                good++;
                latency.add((performance.now() - due) * 1_000);
              } else if (response.statusCode === 429 || response.statusCode === 503) refused++;
              else errors++;
            }),
          );
        },
      );
      const timer = setTimeout(
        () => {
          end(() => {
            late++;
          });
          request.destroy();
        },
        Math.max(0, due + deadlineMs - performance.now()),
      );
      request.on('error', () =>
        end(() => {
          errors++;
        }),
      );
      request.end();
    };

    const tick = (): void => {
      const now = performance.now() - start;
      while (next < arrivals.length && arrivals[next]!.at <= now) send(arrivals[next++]!);
      if (next < arrivals.length)
        setTimeout(tick, Math.max(0, arrivals[next]!.at - (performance.now() - start)));
    };
    tick();
  });
