import {floorMillis} from '../../base/micros.ts';

/** The hour of the week at an instant of a zone. */
export interface WeekPlace {
  /** 0: Monday. */
  readonly day: number;
  readonly hour: number;
}

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** Where instants (µs) lie in the week of a zone. Zones change their offset at whole quarters of hours at most. */
export const weekPlaces = (timeZone: string): ((at: number) => WeekPlace) => {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    weekday: 'short',
    hour: 'numeric',
    hourCycle: 'h23',
  });
  return (at) => {
    const parts = format.formatToParts(new Date(floorMillis(at)));
    const part = (type: string): string => parts.find((one) => one.type === type)!.value;
    return {day: DAYS.indexOf(part('weekday')), hour: Number(part('hour'))};
  };
};
