import type {LiveOverride} from '../../engine/live/live-override.ts';
import type {Policy} from '../../engine/policy-model.ts';
import {OVERRIDE_KIND, readOverride, readOverrideNote} from '../../store/override-document.ts';
import type {DeniedKey, HotKey, Store} from '../../store/port.ts';
import {isLimitName} from '../../store/token-names.ts';
import type {StatusAlert} from '../../view/model/status-sections.ts';
import {readStatus, type StatusSource} from '../status/read-status.ts';

const HOUR = 3_600_000_000;
const DAY = 24 * HOUR;
const MOST_DENIED = 100;
const MOST_HOT = 1_000;

/** Counts of a limit over a span. */
export interface Sums {
  /** Requests that reached it. */
  readonly asked: number;
  readonly denied: number;
  readonly shadowDenied: number;
}

export interface HeldOverride extends LiveOverride {
  /** When it was set, µs. */
  readonly at: number;
}

/** What applications told the store about what they did. */
export interface UsageFacts {
  /** The store's clock, µs. */
  readonly now: number;
  /** That in force; undefined: none was found. */
  readonly policy: Policy | undefined;
  /** By limit, of the last 7 days and of this hour and the one before. */
  readonly week: ReadonlyMap<string, Sums>;
  readonly lately: ReadonlyMap<string, Sums>;
  /** The most refused keys of this hour and the one before. */
  readonly refused: readonly DeniedKey[];
  readonly hot: readonly HotKey[];
  readonly overrides: readonly HeldOverride[];
  readonly alerts: readonly StatusAlert[];
}

/** Reads it, in a bounded number of questions that do not depend on the number of keys. */
export const readUsageFacts = async (
  store: Store,
  {policy, localNow, describe}: Pick<StatusSource, 'policy' | 'localNow' | 'describe'>,
): Promise<UsageFacts> => {
  const now = await store.now();
  const begin = Math.floor(now / HOUR) * HOUR - HOUR;
  const [week, lately, refused, hot, overrides, alerts] = await Promise.all([
    sumsOf(store, now - 7 * DAY, now + HOUR),
    sumsOf(store, begin, now + HOUR),
    store.mostDenied(begin, now + HOUR, MOST_DENIED),
    store.hot(MOST_HOT),
    store.list(OVERRIDE_KIND),
    readAlerts(store, {policy, localNow, describe}),
  ]);
  const held = overrides.flatMap((document): readonly HeldOverride[] => {
    const override = readOverride(document);
    return override === undefined ? [] : [{...override, at: readOverrideNote(document).at}];
  });
  return {now, policy, week, lately, refused, hot, overrides: held, alerts};
};

const sumsOf = async (
  store: Pick<Store, 'slots'>,
  from: number,
  until: number,
): Promise<ReadonlyMap<string, Sums>> => {
  const sums = new Map<string, Sums>();
  for await (const {limit, allowed, denied, shadowDenied} of store.slots(from, until, 'hour')) {
    if (!isLimitName(limit)) continue;
    const before = sums.get(limit) ?? {asked: 0, denied: 0, shadowDenied: 0};
    sums.set(limit, {
      asked: before.asked + allowed + denied,
      denied: before.denied + denied,
      shadowDenied: before.shadowDenied + shadowDenied,
    });
  }
  return sums;
};

/** What `status` has at its top. No key is read for it. */
const readAlerts = async (
  store: Store,
  source: Pick<StatusSource, 'policy' | 'localNow' | 'describe'>,
): Promise<readonly StatusAlert[]> => {
  const {report} = await readStatus(
    {...source, store, policyFile: null},
    {
      scope: {kind: 'recent'},
      filter: undefined,
      states: undefined,
      sort: 'used',
      direction: 'forward',
      limit: 0,
      maxKeys: 0,
      mostRecent: 0,
    },
  );
  return report.alerts;
};
