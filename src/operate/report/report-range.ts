import {floorMillis, toRfc3339} from '../../base/micros.ts';
import {type Grain, SLOT_GRAINS, startOf} from '../../store/usage-window.ts';
import type {ReportRange} from '../../view/model/activity-report.ts';

const {minute: MINUTE, hour: HOUR} = SLOT_GRAINS;

/** A range of instants as the store can count it, µs. */
export interface CountedRange {
  readonly from: number;
  /** Exclusive. */
  readonly until: number;
  /** What the ends were widened to. */
  readonly edges: ReportRange['edges'];
}

/** Of what lies at `at` something is still there at `now`. */
const isKept = (at: number, now: number, {kept, length}: Grain): boolean => at > now - kept + length;

const grainAt = (at: number, now: number): Grain => (isKept(at, now, MINUTE) ? MINUTE : HOUR);

/** The earliest instant that sums are kept of. */
export const earliestKept = (now: number): number => startOf(now - HOUR.kept, HOUR) + 2 * HOUR.length;

/** The range widened to whole minutes, or whole hours where minutes are kept no longer; it ends at `now` at the latest. */
export const countedRange = (from: number, until: number, now: number): CountedRange => {
  const first = grainAt(from, now);
  const last = grainAt(until, now);
  const end = Math.min(now, startOf(until + last.length - 1, last));
  const begin = Math.min(startOf(from, first), end);
  const isExact = begin === from && end === until;
  const hours = (first === HOUR && begin !== from) || (last === HOUR && end !== until);
  return {from: begin, until: end, edges: isExact ? 'exact' : hours ? 'hour' : 'minute'};
};

export const reportRange = ({from, until, edges}: CountedRange): ReportRange => ({
  from: toRfc3339(from),
  until: toRfc3339(until),
  ms: floorMillis(until - from),
  edges,
});
