/** A clock that runs ahead of the machine's wall clock by more than this follows it no more; one that falls behind is set forward. */
const TOLERATED = 120_000_000;

/** What a clock is made of, µs. Arguments, so that tests can skew them. */
export interface MachineTime {
  /** Time of day; jumps when it is corrected. */
  wall(): number;
  /** Never goes back, counts from an arbitrary instant, the same for all processes since the machine was started. */
  monotonic(): number;
}

export const MACHINE_TIME: MachineTime = {
  wall: () => Date.now() * 1_000,
  // As two numbers: a check in memory takes less time than making a big integer.
  monotonic: () => {
    const [seconds, nanos] = process.hrtime();
    return seconds * 1_000_000 + Math.floor(nanos / 1_000);
  },
};

/**
 * How far `monotonic` has to be moved so that it is the time of day, given how far it is moved now. A wall clock that is
 * corrected by a little, or back, changes nothing: a clock that stands still refuses everybody. One that is more than two
 * minutes ahead is followed: the machine slept, or its clock was far behind. All in µs.
 */
export const followWall = (offset: number, wall: number, monotonic: number): number => {
  const wanted = wall - monotonic;
  return wanted - offset > TOLERATED ? wanted : offset;
};

/** The time of day in µs, from a clock that never goes back. For state that only this process has. */
export const machineClock = (time: MachineTime = MACHINE_TIME): (() => number) => {
  let offset = time.wall() - time.monotonic();
  return () => {
    const monotonic = time.monotonic();
    offset = followWall(offset, time.wall(), monotonic);
    return monotonic + offset;
  };
};
