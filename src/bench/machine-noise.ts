import {LatencyHistogram} from '../base/latency-histogram.ts';
import {processClock} from '../store/store-clock.ts';

export interface Pauses {
  readonly p99: number;
  readonly max: number;
}

/** For so long it is listened, µs. */
const LISTENS = 300_000;

/** How long a process with nothing to do is kept from the processor between two looks at the clock, µs. */
export const listenToMachine = (): Promise<Pauses> =>
  new Promise((resolve) => {
    const gaps = new LatencyHistogram();
    const end = processClock() + LISTENS;
    let before = processClock();
    const look = (): void => {
      const now = processClock();
      gaps.add(now - before);
      before = now;
      if (now < end) setImmediate(look);
      else resolve({p99: gaps.percentile(0.99), max: gaps.max});
    };
    setImmediate(look);
  });
