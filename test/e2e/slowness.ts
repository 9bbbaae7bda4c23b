import {spawnSync} from 'node:child_process';
import {msOf} from '../support/in-time.ts';

/** How long Node takes to start on a machine that has nothing else to do, ms. */
const USUAL_START_MS = 60;

const startMs = (): Promise<number> => msOf(() => spawnSync(process.execPath, ['--eval', '0']));

const medianOf = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

const slownessOf = (starts: readonly number[]): number => Math.max(1, medianOf(starts) / USUAL_START_MS);

/** How many times slower than usual the machine is at this moment, at least 1: promises of seconds are promises on an idle one. */
export const slowness = async (): Promise<number> =>
  slownessOf([await startMs(), await startMs(), await startMs()]);

/** How long something takes, ms, the median of five, by the pace that the machine has between them. */
export const pacedMsOf = async (work: () => Promise<unknown>): Promise<number> => {
  const times: number[] = [];
  const starts: number[] = [];
  for (let i = 0; i < 5; i++) {
    times.push(await msOf(work));
    starts.push(await startMs());
  }
  return medianOf(times) / slownessOf(starts);
};
