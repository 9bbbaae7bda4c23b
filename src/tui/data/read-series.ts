import type {Usage} from '../../store/port.ts';
import {isLimitName} from '../../store/token-names.ts';
import type {LimitSeries} from './look.ts';

const MINUTE = 60_000_000;

/** Minutes of a series. */
export const SERIES_MINUTES = 30;

/** What each limit did in the last half hour. */
export const readSeries = async (
  store: Pick<Usage, 'slots'>,
  now: number,
): Promise<ReadonlyMap<string, LimitSeries>> => {
  const end = (Math.floor(now / MINUTE) + 1) * MINUTE;
  const from = end - SERIES_MINUTES * MINUTE;
  const series = new Map<string, {readonly allowed: number[]; readonly denied: number[]}>();
  for await (const slot of store.slots(from, end)) {
    if (!isLimitName(slot.limit)) continue;
    const own = series.get(slot.limit) ?? {allowed: zeros(), denied: zeros()};
    series.set(slot.limit, own);
    const minute = Math.round((slot.at - from) / MINUTE);
    if (!(minute in own.allowed)) continue;
    own.allowed[minute]! += slot.allowed;
    own.denied[minute]! += slot.denied;
  }
  return series;
};

const zeros = (): number[] => new Array<number>(SERIES_MINUTES).fill(0);
