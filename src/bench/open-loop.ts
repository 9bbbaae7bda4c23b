import type {RequestSource, RunningLoop} from './request-source.ts';
import type {Schedule} from './schedule.ts';

export interface OpenLoopOptions {
  readonly source: RequestSource;
  readonly schedule: Schedule;
  /** Of the schedule's beginning, by the clock. */
  readonly start: number;
  /** No request is meant to start at or after this. */
  readonly until: number;
  /** Requests that are due are sent until then; what is left is `neverSent`. */
  readonly deadline: number;
  readonly mostUnderWay: number;
  readonly pacing: 'spin' | 'timer';
  readonly neverSent: (intended: number, at: number) => void;
}

/** Requests sent before answers get their turn. */
const AT_ONCE = 256;
/** A timer may come so much later than it was set for, µs. */
const TIMER_SLACK = 2_000;
/** A look at the clock that took longer was not one: the process had to wait for the processor, µs. */
const LONGEST_LOOK = 50;
/** How often the deadline is looked at while everything waits for answers, ms. */
const LOOK_MS = 50;

/**
 * Sends requests at the times of a schedule, whatever became of those before: what waits because the store, or this process, is
 * slow has waited since its intended start.
 */
export const openLoop = (options: OpenLoopOptions): RunningLoop => new OpenLoop(options);

class OpenLoop implements RunningLoop {
  readonly sent: Promise<void>;
  readonly #options: OpenLoopOptions;
  #finish: () => void = () => undefined;
  #next: number;
  /** What was meant to start before had to wait until others were answered. */
  #heldTo = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #isHeld = false;
  #stopped = false;
  #idle = 0;
  /** When the last look at the clock ended, if nothing but looking happened since. */
  #lookedAt: number | undefined;

  constructor(options: OpenLoopOptions) {
    this.#options = options;
    this.sent = new Promise((resolve) => {
      this.#finish = resolve;
    });
    this.#next = options.start + options.schedule.next();
    setImmediate(() => this.#turn());
  }

  answered(): void {
    this.#lookedAt = undefined;
    const {source, mostUnderWay} = this.#options;
    if (!this.#isHeld || source.underWay() >= mostUnderWay) return;
    this.#isHeld = false;
    clearTimeout(this.#timer);
    setImmediate(() => this.#turn());
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#finish();
  }

  takeIdle(): number {
    const idle = this.#idle;
    this.#idle = 0;
    return idle;
  }

  #turn(): void {
    const {source, until, deadline, mostUnderWay} = this.#options;
    if (this.#stopped) return;
    const began = source.now();
    if (this.#lookedAt !== undefined) this.#idle += Math.min(LONGEST_LOOK, began - this.#lookedAt);
    const {count, at} = this.#sendDue(began);
    const isDue = this.#next <= at;
    if (this.#next >= until) this.#rest(until - at);
    else if (at > deadline) this.#giveUp(at);
    else if (isDue && source.underWay() >= mostUnderWay) this.#hold(at);
    else this.#continue(isDue ? 0 : this.#next - at, count === 0 ? at : undefined);
  }

  #sendDue(began: number): {readonly count: number; readonly at: number} {
    const {source, schedule, start, until, mostUnderWay} = this.#options;
    let at = began;
    let count = 0;
    while (this.#next <= at && this.#next < until && count < AT_ONCE && source.underWay() < mostUnderWay) {
      source.start(this.#next, at, this.#next <= this.#heldTo);
      this.#next = start + schedule.next();
      count++;
      at = source.now();
    }
    return {count, at};
  }

  #hold(at: number): void {
    this.#heldTo = at;
    this.#isHeld = true;
    this.#lookedAt = undefined;
    this.#timer = setTimeout(() => {
      this.#isHeld = false;
      this.#turn();
    }, LOOK_MS);
  }

  /** `wait`: µs until the next start. `looked`: when nothing was sent. */
  #continue(wait: number, looked: number | undefined): void {
    const {pacing} = this.#options;
    if (wait === 0 || (pacing === 'spin' && wait < TIMER_SLACK)) {
      this.#lookedAt = looked;
      setImmediate(() => this.#turn());
      return;
    }
    this.#lookedAt = undefined;
    const slack = pacing === 'spin' ? TIMER_SLACK * 0.75 : 0;
    this.#timer = setTimeout(() => this.#turn(), Math.max(0, Math.floor((wait - slack) / 1_000)));
  }

  /** All are sent: what is left of the time belongs to what is measured. */
  #rest(left: number): void {
    this.#lookedAt = undefined;
    this.#timer = setTimeout(() => this.stop(), Math.max(0, Math.ceil(left / 1_000)));
  }

  #giveUp(at: number): void {
    const {schedule, start, until, neverSent} = this.#options;
    for (; this.#next < until; this.#next = start + schedule.next()) neverSent(this.#next, at);
    this.stop();
  }
}
