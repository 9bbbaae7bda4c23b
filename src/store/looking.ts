import {safeExcerpt} from '../base/safe-text.ts';
import type {ClockOffset, Seen} from './examination.ts';

const PINGS = 20;
const LEAST_PINGS = 3;
/** A slow store is not asked 20 times. */
const PINGING_MS = 1_000;
const CLOCK_QUESTIONS = 5;
const LONGEST_REASON = 240;

/** Asks things of a store that may fail one by one, all of them within one span of time. */
export class Looking {
  readonly #deadline: number;
  readonly #explain: (error: unknown) => unknown;

  /** `explain` makes of a driver's error one that holds no secret. */
  constructor(withinMs: number, explain: (error: unknown) => unknown = (error) => error) {
    this.#deadline = performance.now() + withinMs;
    this.#explain = explain;
  }

  /** What it finds, or why it finds nothing. Never rejects. */
  async at<T>(look: () => Promise<T>): Promise<Seen<T>> {
    const left = this.#deadline - performance.now();
    if (left <= 0) return unseen(NO_TIME);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<Seen<T>>((resolve) => {
      timer = setTimeout(() => resolve(unseen(NO_TIME)), left);
    });
    const found = (async () => seen(await look()))().catch((error: unknown) =>
      unseen(reasonOf(this.#explain(error))),
    );
    return Promise.race([found, late]).finally(() => clearTimeout(timer));
  }

  /** Round trips one after the other, µs. */
  pings(ping: () => Promise<unknown>): Promise<Seen<readonly number[]>> {
    return this.at(async () => {
      const end = performance.now() + PINGING_MS;
      const taken: number[] = [];
      while (taken.length < PINGS && (taken.length < LEAST_PINGS || performance.now() < end)) {
        const start = performance.now();
        await ping();
        taken.push(Math.round((performance.now() - start) * 1_000));
      }
      return taken;
    });
  }

  /** The store's clock against this machine's, by the question that took the least time. `ask` answers µs. */
  clock(ask: () => Promise<number>, localNow: () => number): Promise<Seen<ClockOffset>> {
    return this.at(async () => {
      let best: ClockOffset | undefined;
      for (let question = 0; question < CLOCK_QUESTIONS; question++) {
        const before = localNow();
        const start = performance.now();
        const now = await ask();
        const error = Math.ceil((performance.now() - start) * 500);
        if (best === undefined || error < best.error) best = {ahead: Math.round(now - before - error), error};
      }
      return best!;
    });
  }
}

export const seen = <T>(value: T): Seen<T> => ({seen: true, value});

export const unseen = (why: string): Seen<never> => ({seen: false, why});

const NO_TIME = 'no answer in time (--timeout)';

/** The first line of what an error says. */
const reasonOf = (error: unknown): string =>
  safeExcerpt((error instanceof Error ? error.message : String(error)).split('\n')[0]!, LONGEST_REASON);
