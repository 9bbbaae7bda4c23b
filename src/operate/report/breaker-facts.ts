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
  const keyed = new Set(known.filter(({keys}) => keys !== null).map(({name}) => name));
  const told = events.filter(({kind}) => kind === OPENED || kind === CLOSED);
  const ofBreakers = Map.groupBy(told, ({subject}) => breakerOf(subject, keyed));
  const names = new Set([...known.map(({name}) => name), ...ofBreakers.keys()]);
  return [...names].map((name) => {
    const now = known.find((breaker) => breaker.name === name);
    const own = ofBreakers.get(name) ?? [];
    const episodes = keyed.has(name) ? episodesOfKeys(own, now!) : episodesOf(own, now);
    const within = episodes.filter(
      ({from, until}) => from < range.until && (until ?? range.until) > range.from,
    );
    return {
      name,
      state: now?.state ?? 'closed',
      failures: now?.failures ?? 0,
      episodes: within.slice(-MOST).map(shown),
      openMs: floorMillis(openTime(within, range)),
    };
  });
};

/** A breaker that there is one of for each key tells of itself as `NAME KEY`: however many keys, it is one. */
const breakerOf = (subject: string, keyed: ReadonlySet<string>): string => {
  const name = subject.split(' ', 1)[0]!;
  return name !== subject && keyed.has(name) ? name : subject;
};

/** Those of all keys in order of time, with the key in the note. */
const episodesOfKeys = (events: readonly TimedEvent[], {name, keys}: StatusBreaker): readonly Episode[] => {
  const stands = new Map(keys!.shown.map((one) => [`${name} ${one.key}`, one]));
  const ofKeys = Map.groupBy(events, ({subject}) => subject);
  return [...new Set([...ofKeys.keys(), ...stands.keys()])]
    .flatMap((subject) =>
      episodesOf(ofKeys.get(subject) ?? [], stands.get(subject)).map(({note, ...episode}) => ({
        ...episode,
        note: `${subject.slice(name.length + 1)}${note === '' ? '' : `: ${note}`}`,
      })),
    )
    .sort((a, b) => a.from - b.from);
};

/** How long any of them lasted, µs; in order of time. */
const openTime = (episodes: readonly Episode[], range: CountedRange): number => {
  let sum = 0;
  let counted = range.from;
  for (const {from, until} of episodes) {
    const end = Math.min(until ?? range.until, range.until);
    sum += Math.max(0, end - Math.max(from, counted));
    counted = Math.max(counted, end);
  }
  return sum;
};

const shown = ({from, until, note}: Episode): BreakerEpisode => ({
  from: toRfc3339(from),
  until: until === undefined ? null : toRfc3339(until),
  note,
});

/** From opening to closing. One that is open now without an event of it began when its state says. */
const episodesOf = (
  events: readonly TimedEvent[],
  now: Pick<StatusBreaker, 'state' | 'openedAt'> | undefined,
): readonly Episode[] => {
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
