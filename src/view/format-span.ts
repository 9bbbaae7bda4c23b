import {formatDuration} from '../base/duration.ts';

const split = (rfc3339: string): readonly [string, string] => [rfc3339.slice(0, 10), rfc3339.slice(11, 19)];

/** `2019-01-22 00:26:14 to 01:12:03 UTC (45m49s)`: the day of the end only where it is another one. Takes RFC 3339 in UTC. */
export const formatSpan = (start: string, end: string): string => {
  const [startDay, startTime] = split(start);
  const [endDay, endTime] = split(end);
  if (start === end) return `${startDay} ${startTime} UTC`;
  const length = Math.max(0, Date.parse(end) - Date.parse(start));
  return `${startDay} ${startTime} to ${endDay === startDay ? '' : `${endDay} `}${endTime} UTC (${formatDuration(length * 1_000)})`;
};

/** How an instant of a trace from `start` to `end` is called: the shortest form that is clear within it. */
export const formatInstant = (instant: string, start: string, end: string): string => {
  const [day, time] = split(instant);
  if (start.slice(0, 10) === end.slice(0, 10)) return time;
  return `${start.slice(0, 4) === end.slice(0, 4) ? day.slice(5) : day} ${time.slice(0, 5)}`;
};
