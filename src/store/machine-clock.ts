import {processClock} from './store-clock.ts';

/** A clock that runs ahead of the machine's wall clock by more than this follows it no more; one that falls behind is set forward. */
const TOLERATED = 120_000_000;
/** How often the wall clock is looked at, µs: reading a clock takes as long as much of a check in memory. */
const LOOKED_AT_EVERY = 1_000;

/** What a clock is made of, µs. Arguments, so that tests can skew them. */
export interface MachineTime {
  /** Time of day; jumps when it is corrected. */
  wall(): number;
  /** Never goes back, counts from an arbitrary instant, the same for all processes since the machine was started. */
  monotonic(): number;
}

export const MACHINE_TIME: MachineTime = {
  wall: () => Date.now() * 1_000,
  // As two numbers: a check takes less time than making a big integer.
  monotonic: () => {
    const [seconds, nanos] = process.hrtime();
    return seconds * 1_000_000 + Math.floor(nanos / 1_000);
  },
};

/** The same with the clock that this process measures spans with. */
export const PROCESS_TIME: MachineTime = {wall: MACHINE_TIME.wall, monotonic: processClock};

/**
 * How far `monotonic` has to be moved so that it is the time of day, given how far it is moved now. A wall clock that is
 * corrected by a little, or back, changes nothing: a clock that stands still refuses everybody. One that is more than two
 * minutes ahead is followed: the machine slept, or its clock was far behind. All in µs.
 */
export const followWall = (offset: number, wall: number, monotonic: number): number => {
  const wanted = wall - monotonic;
  return wanted - offset > TOLERATED ? wanted : offset;
};

/**
 * The time of day in µs, from a clock that never goes back. For state that only this process has. Who has just read `monotonic`
 * says what it showed.
 */
export const machineClock = (time: MachineTime = MACHINE_TIME): ((monotonic?: number) => number) => {
  let lookedAt = time.monotonic();
  let offset = time.wall() - lookedAt;
  return (monotonic = time.monotonic()) => {
    if (monotonic - lookedAt >= LOOKED_AT_EVERY) {
      offset = followWall(offset, time.wall(), monotonic);
      lookedAt = monotonic;
    }
    return monotonic + offset;
  };
};
