import {onTestFinished, vi} from 'vitest';

const now = performance.now.bind(performance);
const hrtime = process.hrtime.bind(process);

/** The longest that one turn of the event loop counts as, ms. */
const TURN_MS = 20;

/**
 * The time in which this process ran: however long it is held up, that counts as one turn of its event loop. For bounds on what
 * code waits for, not on what it computes.
 */
export class RunningTime {
  #ms = 0;
  #at = now();

  constructor() {
    const timer = setInterval(() => this.ms, TURN_MS / 4);
    onTestFinished(() => clearInterval(timer));
  }

  /** Since it was made. */
  get ms(): number {
    const at = now();
    this.#ms += Math.min(at - this.#at, TURN_MS);
    this.#at = at;
    return this.#ms;
  }
}

/**
 * Takes over the monotonic clocks of this process until the test has ended, and answers what sets them forward, by µs: a span may be so
 * long that it does not end before it shall. Timers take their time all the same. `stands`: beside that the clocks stand still.
 */
export const setClock = (how: 'runs' | 'stands' = 'runs'): ((us: number) => void) => {
  let ahead = 0;
  const began = {ms: now(), hrtime: hrtime()};
  const clock = vi
    .spyOn(performance, 'now')
    .mockImplementation(() => (how === 'runs' ? now() : began.ms) + ahead / 1_000);
  const precise = vi.spyOn(process, 'hrtime').mockImplementation(() => {
    const [seconds, nanos] = how === 'runs' ? hrtime() : began.hrtime;
    const micros = Math.floor(nanos / 1_000) + ahead;
    return [seconds + Math.floor(micros / 1_000_000), (micros % 1_000_000) * 1_000];
  });
  onTestFinished(() => {
    clock.mockRestore();
    precise.mockRestore();
  });
  return (us) => {
    ahead += us;
  };
};
