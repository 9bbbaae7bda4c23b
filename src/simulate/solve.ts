import type {Solution} from '../view/model/simulate-report.ts';

/** Larger limits are no limits. */
const LARGEST = 2 ** 31;

export interface Trial {
  readonly actual: number | null;
  readonly pass: boolean;
}

/**
 * The smallest whole value that meets a target, found by replaying: doubling from the current value until one passes, then
 * halving the gap. The last two replays are the proof: `value` passes and `value − 1` does not. Assumes that a larger value
 * denies no more; where it does not hold, the answer is still a value that passes next to one that fails.
 *
 * Values that `allows` refuses are not tried: they are below all others (a burst under the initial fill), or above them.
 */
export const solve = async (
  current: number,
  attempt: (value: number) => Promise<Trial>,
  allows: (value: number) => boolean = () => true,
): Promise<Pick<Solution, 'value' | 'tried'>> => {
  const tried: {value: number; actual: number | null; pass: boolean}[] = [];
  const passes = async (value: number): Promise<boolean> => {
    const {actual, pass} = await attempt(value);
    tried.push({value, actual, pass});
    return pass;
  };

  let low = 0;
  let high = Math.max(1, current);
  while (!(await passes(high))) {
    low = high;
    high = largestAllowed(low, Math.min(2 * high, LARGEST), allows);
    if (high <= low) return {value: null, tried};
  }
  while (high - low > 1) {
    const middle = low + Math.floor((high - low) / 2);
    if (allows(middle) && (await passes(middle))) high = middle;
    else low = middle;
  }
  return {value: high, tried};
};

/** The largest value up to `high` that is allowed; `low` is. */
const largestAllowed = (low: number, high: number, allows: (value: number) => boolean): number => {
  if (high <= low || allows(high)) return high;
  let allowed = low;
  let refused = high;
  while (refused - allowed > 1) {
    const middle = allowed + Math.floor((refused - allowed) / 2);
    if (allows(middle)) allowed = middle;
    else refused = middle;
  }
  return allowed;
};
