import type {ReportQuery} from '../../../src/operate/report/read-report.ts';
import {type ReportAnswer, readReport} from '../../../src/operate/report/read-report.ts';
import {parsePolicy} from '../../../src/policy/load-policy.ts';
import {factsOf} from '../../../src/simulate/algorithm-facts.ts';
import {MemoryStore} from '../../../src/store/memory/memory-store.ts';
import type {Store} from '../../../src/store/port.ts';
import type {ActivityReport} from '../../../src/view/model/activity-report.ts';
import {HOUR} from '../../support/instants.ts';
import {fillBuckets, fillWithTraffic, TRAFFIC_POLICY} from '../../support/month-of-traffic.ts';

export const DAY = 24 * HOUR;

/** A report on a store, in the zone UTC, on the last seven days unless told otherwise. */
export const reportOn = (
  store: Store,
  now: number,
  query: Partial<ReportQuery> = {},
  policy = TRAFFIC_POLICY,
): Promise<ReportAnswer> =>
  readReport(
    {
      store,
      policy: policy === '' ? undefined : parsePolicy(policy, 'ratectl.yaml').policy,
      localNow: () => now,
      policyFile: policy === '' ? null : {file: 'ratectl.yaml', from: 'ratectl.yaml'},
      describe: (spec) => factsOf(spec).describe(spec),
      solvable: (spec) => Object.keys(factsOf(spec).numbers)[0],
    },
    {
      selector: undefined,
      filter: undefined,
      rangeAt: () => ({from: now - 7 * DAY, until: now}),
      timeZone: 'UTC',
      compare: false,
      keys: 1_000,
      maxKeys: 100_000,
      ...query,
    },
  );

/** A store whose clock is set. */
export const storeAt = (now: number): {readonly store: MemoryStore; readonly clock: {now: number}} => {
  const clock = {now};
  return {clock, store: new MemoryStore({access: 'write', clock: () => clock.now})};
};

export interface TrafficReport {
  readonly now: number;
  /** Days of traffic, and days of the report. */
  readonly days: number;
  readonly since: number;
  readonly compare: boolean;
  readonly keys: number;
  readonly hostile?: readonly string[];
  /** Nothing is refused. */
  readonly calm?: boolean;
}

export const reportOfTraffic = async ({
  now,
  days,
  since,
  compare,
  keys,
  hostile = [],
  calm = false,
}: TrafficReport): Promise<ActivityReport> => {
  const {store, clock} = storeAt(now);
  const step = days < 1 ? 1 : 60;
  if (calm)
    for (let minute = 0; minute < 200; minute++) {
      clock.now = now - (200 - minute) * (HOUR / 60);
      await store.record({
        limits: [{limit: 'per-ip', allowed: 100 + (minute % 30), denied: 0, shadowDenied: 0}],
        keys: [],
      });
    }
  else
    await fillWithTraffic(store, clock, {
      until: now,
      days,
      requestsPerDay: 1_000_000,
      step,
      hostile,
      keysPerRecord: hostile.length === 0 ? 20 : 200,
    });
  clock.now = now;
  if (days > 0) await fillBuckets(store, now, 300);
  const {report} = await reportOn(store, now, {
    compare,
    keys,
    selector: {kind: 'all'},
    rangeAt: () => ({from: now - since * DAY, until: now}),
  });
  await store.close();
  return report;
};
