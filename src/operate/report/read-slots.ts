import type {SlotWidth, Usage, UsageSlot} from '../../store/port.ts';
import {SLOT_GRAINS, startOf} from '../../store/usage-window.ts';
import type {CountedRange} from './report-range.ts';

const {minute: MINUTE, hour: HOUR} = SLOT_GRAINS;

/** Up to this length, µs, a range is counted by minutes. */
const SHORT = 6 * HOUR.length;

/** Which slots a series of a range is made of. */
export const widthOf = ({from, until}: Pick<CountedRange, 'from' | 'until'>, now: number): SlotWidth =>
  until - from <= SHORT && from > now - MINUTE.kept + HOUR.length ? 'minute' : 'hour';

/**
 * The slots of a range: minutes of a short one, else hours, with minutes for the parts of hours at its ends. A range that ends now
 * needs none there: the hour that runs holds nothing else yet.
 */
export async function* readSlots(
  store: Pick<Usage, 'slots'>,
  {from, until}: CountedRange,
  now: number,
): AsyncGenerator<UsageSlot> {
  if (widthOf({from, until}, now) === 'minute') {
    yield* store.slots(from, until, 'minute');
    return;
  }
  const first = startOf(from + HOUR.length - 1, HOUR);
  const last = until >= now ? until : startOf(until, HOUR);
  if (first > from) yield* store.slots(from, Math.min(first, until), 'minute');
  if (last > first) yield* store.slots(first, last, 'hour');
  if (until > last && last >= first) yield* store.slots(last, until, 'minute');
}
