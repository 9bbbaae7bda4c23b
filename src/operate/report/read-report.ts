import {toRfc3339} from '../../base/micros.ts';
import type {AlgorithmSpec} from '../../engine/policy-model.ts';
import {compileKeyGlob} from '../../store/key-glob.ts';
import type {Store} from '../../store/port.ts';
import {SLOT_GRAINS, startOf} from '../../store/usage-window.ts';
import type {ActivityReport, Before, Forecast, Identities} from '../../view/model/activity-report.ts';
import {requireKnownLimit, type Selector, selectorTest, selectorText} from '../selector.ts';
import {readSections} from '../status/read-sections.ts';
import {clockWarnings} from '../status/store-facts.ts';
import {type Looked, openStoreView, type ReadableStore} from '../store-view.ts';
import {type ActivitySums, pointsOf, seriesOf} from './activity-sums.ts';
import {breakerFacts} from './breaker-facts.ts';
import {forecastDemand} from './forecast-demand.ts';
import {limitFacts, totalsOf} from './limit-facts.ts';
import {type Activity, readActivity} from './read-activity.ts';
import {readChanges, readEvents} from './read-events.ts';
import {readUtilisation} from './read-utilisation.ts';
import {recommend} from './recommend.ts';
import {keyId, refusalsBefore, refusedKeys} from './refused-keys.ts';
import {type CountedRange, countedRange, earliestKept, reportRange} from './report-range.ts';
import {tokenFacts} from './token-facts.ts';
import {weekPattern} from './week-pattern.ts';

const {hour: HOURS} = SLOT_GRAINS;
/** Four weeks, which a forecast looks back on. */
const LOOK_BACK = 28 * 24 * HOURS.length;

export interface ReportQuery {
  /** Undefined: the keys refused or near their limit lately. */
  readonly selector: Selector | undefined;
  readonly filter:
    | {readonly text: string; readonly test: (texts: readonly string[]) => readonly boolean[]}
    | undefined;
  /** µs of the store's clock, given its now. */
  readonly rangeAt: (now: number) => {readonly from: number; readonly until: number};
  readonly timeZone: string;
  readonly compare: boolean;
  /** Refused keys in the answer. */
  readonly keys: number;
  /** Rows that utilisation is taken from at most. */
  readonly maxKeys: number;
}

export interface ReportSourceOptions extends Looked {
  readonly store: ReadableStore & Pick<Store, 'mostDenied' | 'latest'>;
  readonly policyFile: {readonly file: string; readonly from: string} | null;
  readonly describe: (spec: AlgorithmSpec) => string;
  readonly solvable: (spec: AlgorithmSpec) => string | undefined;
  readonly onRead?: (rows: number) => void;
}

export interface ReportAnswer {
  readonly report: ActivityReport;
  readonly warnings: readonly string[];
}

/** Looks, without writing anything. */
export const readReport = async (source: ReportSourceOptions, query: ReportQuery): Promise<ReportAnswer> => {
  const {store, policy} = source;
  const {selector, filter, timeZone} = query;
  if (selector !== undefined && policy !== undefined) requireKnownLimit(selector, policy);
  const view = await openStoreView(source);
  const now = view.facts.now;
  const {range, warnings} = rangeOf(query, now);
  const isWanted = limitTest(selector);
  const [activity, past, before, events, changes, utilisation] = await Promise.all([
    readActivity(store, range, now, isWanted),
    demandBefore(source, range, now, isWanted),
    query.compare ? readBefore(source, range, now, isWanted) : undefined,
    readEvents(store, range),
    readChanges(store, range),
    readUtilisation(source, view, {
      scope: selector ?? {kind: 'recent'},
      filter: filter?.test,
      maxKeys: query.maxKeys,
      onRead: source.onRead,
    }),
  ]);
  const {sums, step, usesOf} = activity;
  const limits = limitFacts({...source, sums, range, before: before?.kept?.sums, isWanted});
  const points = pointsOf(sums.steps(range.from, range.until));
  const [identities, sections] = await Promise.all([
    identitiesOf(source, query, {range, now, sums, before: before?.range}),
    readSections({
      ...{store, policy, now, describe: source.describe, adaptive: view.adaptive, shares: view.shares},
      usesOf: () => ({lastMinute: 0, lastHour: 0}),
    }),
  ]);
  const tokens = tokenFacts(sections.tokens, events, usesOf, range);
  const report: ActivityReport = {
    source: {kind: 'store', url: view.facts.url, server: view.facts.server, now: toRfc3339(now)},
    policy: source.policyFile,
    timeZone,
    range: reportRange(range),
    scope: {selector: selector === undefined ? '' : selectorText(selector), filter: filter?.text ?? ''},
    totals: totalsOf(limits),
    limits,
    series: seriesOf(points, step / 1_000),
    week: weekPattern(step === HOURS.length ? sums.steps(range.from, range.until) : [], timeZone) ?? null,
    identities,
    utilisation,
    tokens,
    breakers: breakerFacts(sections.breakers, events, range),
    queues: sections.queues,
    changes,
    forecast: past.forecast,
    recommendations: recommend({
      policy,
      policyFile: source.policyFile?.file ?? 'ratectl.yaml',
      traces: [],
      limits,
      keys: identities.keys,
      utilisation,
      forecast: past.forecast,
      lately: past.lately,
      tokens,
      solvable: source.solvable,
    }),
    before: before?.kept === undefined ? null : before.kept.told,
    thresholds: [],
  };
  return {report, warnings: [...clockWarnings(view), ...warnings, ...(before?.warnings ?? [])]};
};

const limitTest = (selector: Selector | undefined): ((limit: string) => boolean) => {
  if (selector === undefined || selector.kind === 'all') return () => true;
  if (selector.kind === 'glob') return compileKeyGlob(selector.limitPattern);
  return (limit) => limit === selector.limit;
};

const rangeOf = (
  {rangeAt}: ReportQuery,
  now: number,
): {readonly range: CountedRange; readonly warnings: readonly string[]} => {
  const {from, until} = rangeAt(now);
  const earliest = earliestKept(now);
  const range = countedRange(Math.max(from, Math.min(earliest, until)), until, now);
  if (from >= earliest) return {range, warnings: []};
  return {
    range,
    warnings: [
      `sums are kept for 35 days: the report begins at ${toRfc3339(range.from)}, not at ${toRfc3339(from)}`,
    ],
  };
};

interface Past {
  readonly forecast: Forecast;
  /** Requests in as many hours before the end of the range as the forecast has. */
  readonly lately: number;
}

/** What the four weeks before the end of a range let expect. */
const demandBefore = async (
  {store}: Pick<ReportSourceOptions, 'store'>,
  {until}: CountedRange,
  now: number,
  isWanted: (limit: string) => boolean,
): Promise<Past> => {
  // The hour that runs is not whole.
  const end = startOf(until, HOURS);
  const from = Math.max(end - LOOK_BACK, earliestKept(now));
  if (from >= end) return {forecast: {kind: 'none', why: 'no whole hour was counted yet'}, lately: 0};
  const {sums} = await readActivity(store, {from, until: end, edges: 'hour'}, now, isWanted);
  const requests = hourlyRequests(sums, from, end);
  const forecast = forecastDemand({from, requests});
  const hours = forecast.kind === 'none' ? 0 : forecast.points.length;
  return {forecast, lately: hours === 0 ? 0 : requests.slice(-hours).reduce((sum, one) => sum + one, 0)};
};

const hourlyRequests = (sums: ActivitySums, from: number, until: number): readonly number[] => {
  const hours = new Map<number, number>();
  for (const {at, allowed, denied} of sums.steps(from, until)) {
    const hour = startOf(at, HOURS);
    hours.set(hour, (hours.get(hour) ?? 0) + allowed + denied);
  }
  return [...hours.values()];
};

interface ReadBefore {
  readonly range: CountedRange | undefined;
  readonly kept: {readonly sums: ActivitySums; readonly told: Before} | undefined;
  readonly warnings: readonly string[];
}

/** The range of the same length before, where all of it is kept. */
const readBefore = async (
  {store}: Pick<ReportSourceOptions, 'store'>,
  {from, until}: CountedRange,
  now: number,
  isWanted: (limit: string) => boolean,
): Promise<ReadBefore> => {
  const begin = from - (until - from);
  if (begin < earliestKept(now)) {
    const text = `nothing is compared: sums are kept for 35 days, and the range before begins at ${toRfc3339(begin)}`;
    return {range: undefined, kept: undefined, warnings: [text]};
  }
  const range = countedRange(begin, from, now);
  const {sums}: Activity = await readActivity(store, range, now, isWanted);
  const told: Before = {
    range: reportRange(range),
    totals: totalsOf(sums.limits.map((limit) => ({...sums.total(limit), requests: 0, allowRate: null}))),
    points: pointsOf(sums.steps(range.from, range.until)),
  };
  return {range, kept: {sums, told}, warnings: []};
};

interface IdentityFacts {
  readonly range: CountedRange;
  readonly now: number;
  readonly sums: ActivitySums;
  readonly before: CountedRange | undefined;
}

const identitiesOf = async (
  {store}: Pick<ReportSourceOptions, 'store'>,
  {selector, filter, keys}: ReportQuery,
  {range, now, sums, before}: IdentityFacts,
): Promise<Identities> => {
  const found = await refusedKeys(
    store,
    range,
    now,
    {
      selected: selector === undefined ? () => true : selectorTest(selector),
      filter: filter?.test,
      count: keys,
    },
    (limit) => sums.total(limit).denied + sums.total(limit).shadowDenied,
  );
  if (before === undefined) return found;
  const earlier = await refusalsBefore(store, before, now);
  return {...found, keys: found.keys.map((key) => ({...key, before: earlier.get(keyId(key)) ?? 0}))};
};
