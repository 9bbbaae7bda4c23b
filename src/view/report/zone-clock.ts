const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** How instants (RFC 3339) are written in a zone. */
export interface ZoneClock {
  /** `2026-11-14 12:00` */
  minute(instant: string): string;
  /** `11-14 12:00` */
  short(instant: string): string;
  /** `Sat 14` where days are meant, `12:00` where hours are. */
  tick(instant: string, stepMs: number): string;
}

const DAY_MS = 86_400_000;

/** One formatter for all instants: making one costs more than using it a thousand times. */
export const zoneClock = (timeZone: string): ZoneClock => {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'iso8601',
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  });
  const read = (instant: string): Readonly<Record<string, string>> =>
    Object.fromEntries(format.formatToParts(Date.parse(instant)).map(({type, value}) => [type, value]));
  return {
    minute(instant) {
      const {year, month, day, hour, minute} = read(instant);
      return `${year}-${month}-${day} ${hour}:${minute}`;
    },
    short(instant) {
      const {month, day, hour, minute} = read(instant);
      return `${month}-${day} ${hour}:${minute}`;
    },
    tick(instant, stepMs) {
      const {year, month, day, hour, minute} = read(instant);
      if (stepMs < DAY_MS) return `${hour}:${minute}`;
      const weekday = DAYS[new Date(Date.UTC(Number(year), Number(month) - 1, Number(day))).getUTCDay()];
      return `${weekday} ${Number(day)}`;
    },
  };
};
