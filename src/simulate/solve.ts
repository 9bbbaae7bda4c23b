import type {Solution} from '../view/model/simulate-report.ts';

/** Larger limits are no limits. */
const LARGEST = 2 ** 31;

export interface Trial {
  readonly actual: number;
  readonly pass: boolean;
}

/**
 * The smallest whole value that meets a target, found by replaying: doubling from the current value until one passes, then
 * halving the gap. The last two replays are the proof: `value` passes and `value − 1` does not. Assumes that a larger value
 * denies no more; where it does not hold, the answer is still a value that passes next to one that fails.
 */
export const solve = async (
  current: number,
  attempt: (value: number) => Promise<Trial>,
): Promise<Pick<Solution, 'value' | 'tried'>> => {
  const tried: {value: number; actual: number; pass: boolean}[] = [];
  const passes = async (value: number): Promise<boolean> => {
    const {actual, pass} = await attempt(value);
    tried.push({value, actual, pass});
    return pass;
  };

  let low = 0;
  let high = Math.max(1, current);
  while (!(await passes(high))) {
    low = high;
    if (high >= LARGEST) return {value: null, tried};
    high = Math.min(2 * high, LARGEST);
  }
  while (high - low > 1) {
    const middle = low + Math.floor((high - low) / 2);
    if (await passes(middle)) high = middle;
    else low = middle;
  }
  return {value: high, tried};
};
