import {floorMillis, toRfc3339} from '../../base/micros.ts';
import type {BreakerEpisode, ReportBreaker} from '../../view/model/activity-report.ts';
import type {StatusBreaker} from '../../view/model/status-sections.ts';
import type {TimedEvent} from './read-events.ts';
import type {CountedRange} from './report-range.ts';

const OPENED = 'breaker-opened';
const CLOSED = 'breaker-closed';
/** Episodes that are told one by one, the newest. */
const MOST = 20;

interface Episode {
  readonly from: number;
  readonly until: number | undefined;
  readonly note: string;
}

/** When breakers were not closed in a range: those that are known, and those that only events know. */
export const breakerFacts = (
  known: readonly StatusBreaker[],
  events: readonly TimedEvent[],
  range: CountedRange,
): readonly ReportBreaker[] => {
  const told = events.filter(({kind}) => kind === OPENED || kind === CLOSED);
  const names = new Set([...known.map(({name}) => name), ...told.map(({subject}) => subject)]);
  return [...names].map((name) => {
    const now = known.find((breaker) => breaker.name === name);
    const episodes = episodesOf(
      told.filter(({subject}) => subject === name),
      now,
    );
    const within = episodes.filter(
      ({from, until}) => from < range.until && (until ?? range.until) > range.from,
    );
    const open = within.reduce(
      (sum, {from, until}) =>
        sum + Math.max(0, Math.min(until ?? range.until, range.until) - Math.max(from, range.from)),
      0,
    );
    return {
      name,
      state: now?.state ?? 'closed',
      failures: now?.failures ?? 0,
      episodes: within.slice(-MOST).map(shown),
      openMs: floorMillis(open),
    };
  });
};

const shown = ({from, until, note}: Episode): BreakerEpisode => ({
  from: toRfc3339(from),
  until: until === undefined ? null : toRfc3339(until),
  note,
});

/** From opening to closing. One that is open now without an event of it began when its state says. */
const episodesOf = (events: readonly TimedEvent[], now: StatusBreaker | undefined): readonly Episode[] => {
  const episodes: Episode[] = [];
  let open: TimedEvent | undefined;
  for (const event of events) {
    if (event.kind === OPENED) {
      // Opened again by a probe: the same episode.
      open ??= event;
      continue;
    }
    if (open !== undefined) episodes.push({from: open.at, until: event.at, note: open.note});
    open = undefined;
  }
  const isOpen = now !== undefined && now.state !== 'closed';
  if (open !== undefined)
    episodes.push({from: open.at, until: now === undefined || isOpen ? undefined : open.at, note: open.note});
  else if (isOpen && now.openedAt !== null)
    episodes.push({from: Date.parse(now.openedAt) * 1_000, until: undefined, note: ''});
  return episodes;
};
