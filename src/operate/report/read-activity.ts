import type {HourlyUse} from '../../analytics/token-activity.ts';
import type {Usage} from '../../store/port.ts';
import {isLimitName, providerOfUses} from '../../store/token-names.ts';
import {SLOT_GRAINS} from '../../store/usage-window.ts';
import {ActivitySums} from './activity-sums.ts';
import {readSlots, widthOf} from './read-slots.ts';
import type {CountedRange} from './report-range.ts';

/** What limits and tokens did in a range. */
export interface Activity {
  readonly sums: ActivitySums;
  /** Length of a step of the sums, µs. */
  readonly step: number;
  readonly usesOf: (provider: string) => readonly HourlyUse[];
}

export const readActivity = async (
  store: Pick<Usage, 'slots'>,
  range: CountedRange,
  now: number,
  isWanted: (limit: string) => boolean,
): Promise<Activity> => {
  const step = SLOT_GRAINS[widthOf(range, now)].length;
  const sums = new ActivitySums(step);
  const uses = new Map<string, HourlyUse[]>();
  for await (const slot of readSlots(store, range, now)) {
    const {limit} = slot;
    const provider = providerOfUses(limit);
    if (provider !== undefined) {
      const list = uses.get(provider) ?? [];
      uses.set(provider, list);
      list.push({at: slot.at, uses: slot.allowed, unauthorised: slot.denied});
    } else if (isLimitName(limit) && isWanted(limit)) sums.add(slot.at, slot);
  }
  return {sums, step, usesOf: (provider) => uses.get(provider) ?? []};
};
