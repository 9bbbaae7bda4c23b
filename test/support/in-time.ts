import {setTimeout as sleep} from 'node:timers/promises';
import {expect} from 'vitest';

/** How long to wait for what comes sooner or later, ms: longer than a busy machine stands still. */
export const PATIENCE_MS = 30_000;
/** The same, for `expect.poll`. */
export const PATIENTLY = {timeout: PATIENCE_MS, interval: 5};

/** For a test of thousands of cases, ms: seconds of computing, on a busy machine minutes. */
export const MANY_CASES_MS = 300_000;

/** How long something takes, ms. */
export const msOf = async (work: () => unknown): Promise<number> => {
  const from = performance.now();
  await work();
  return performance.now() - from;
};

/** How much of the processors' time this process needs for something, ms: others that are busy make it no longer. */
export const cpuMsOf = async (work: () => unknown): Promise<number> => {
  const from = process.cpuUsage();
  await work();
  const {user, system} = process.cpuUsage(from);
  return (user + system) / 1_000;
};

/**
 * Something takes less than `most` ms; `measure` does it and answers how long it took. What took longer is measured again: a machine
 * that stands still holds up one of the attempts, a fault all of them.
 */
export const expectInTime = async (
  most: number,
  measure: () => Promise<number>,
  attempts = 5,
): Promise<void> => {
  let took = await measure();
  for (let n = 1; n < attempts && took >= most; n++) took = await measure();
  expect(took).toBeLessThan(most);
};

/** Says something, and answers after how many ms it was heard of. */
export const msUntilHeard = (say: () => Promise<unknown>, heard: () => number): Promise<number> => {
  const before = heard();
  return msOf(async () => {
    await say();
    await expect.poll(heard, PATIENTLY).toBeGreaterThan(before);
  });
};

/** What is said is heard within `most` ms, several times in a row: who only asks now and then may have luck once. */
export const expectHeardInTime = async (
  most: number,
  say: () => Promise<unknown>,
  heard: () => number,
  rounds = 2,
): Promise<void> => {
  for (let i = 0; i < rounds; i++) await expectInTime(most, () => msUntilHeard(say, heard));
};

/** Does something until it succeeds: what fails meanwhile is not what is tested. */
export const eventually = async <T>(work: () => Promise<T>): Promise<T> => {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (performance.now() > end) throw error;
      await sleep(20);
    }
  }
};

/** Waits until a count has not grown for `ms`, as this process saw them go by: time that it was held up does not count. */
export const untilQuiet = async (count: () => number, ms: number): Promise<void> => {
  const step = 20;
  for (let quiet = 0; quiet < ms; ) {
    const before = count();
    await sleep(step);
    quiet = count() === before ? quiet + step : 0;
  }
};
