import {AUDIT_JOURNAL, readAuditEntry} from '../../store/audit-entry.ts';
import type {Store} from '../../store/port.ts';
import type {FeedState, StatusFeed} from '../status-feed.ts';
import {UsageCounter} from '../usage-counter.ts';
import {type ExpositionFormat, exposition} from './exposition.ts';
import {LookDurations} from './look-durations.ts';
import {counter, family, gauge, type MetricFamily, plain} from './metric-family.ts';
import {statusFamilies} from './status-families.ts';

const HOUR = 3_600_000_000;
/** Entries of the audit journal that are counted at most. */
const MOST_CHANGES = 1_000;

export interface MetricsOptions {
  readonly store: Store;
  readonly feed: StatusFeed;
  readonly version: string;
  readonly localNow: () => number;
}

/** What `/metrics` answers. Gauges of a store that does not answer are left out, so that nobody takes them for fresh. */
export class ServeMetrics {
  readonly #options: MetricsOptions;
  readonly #usage: UsageCounter;
  readonly #requests = new Map<string, number>();
  readonly #looks = new LookDurations();
  #made: {readonly of: FeedState; readonly families: readonly MetricFamily[]} | undefined;

  constructor(options: MetricsOptions) {
    this.#options = options;
    this.#usage = new UsageCounter(options.store);
    options.feed.onLook = (seconds) => this.#looks.add(seconds);
  }

  /** `route` is one of ours, never the path that was asked for. */
  request(route: string, code: number): void {
    const key = `${route} ${code}`;
    this.#requests.set(key, (this.#requests.get(key) ?? 0) + 1);
  }

  async text(format: ExpositionFormat): Promise<string> {
    const state = await this.#options.feed.state();
    const families = await this.#ofStore(state);
    return exposition([...this.#own(state, families !== undefined), ...(families ?? [])], format);
  }

  /** Once per look, however often it is scraped; undefined: the store does not answer. */
  async #ofStore(state: FeedState): Promise<readonly MetricFamily[] | undefined> {
    if (state.kind === 'lost') return undefined;
    if (this.#made?.of === state) return this.#made.families;
    const {report} = state.look;
    const now = Date.parse(report.store.now) * 1_000;
    try {
      const [totals, changes] = await Promise.all([this.#usage.totals(now), this.#changes(now)]);
      const families = statusFamilies({report, totals, changes});
      this.#made = {of: state, families};
      return families;
    } catch {
      return undefined;
    }
  }

  async #changes(now: number): Promise<ReadonlyMap<string, number>> {
    const counts = new Map<string, number>([
      ['reset', 0],
      ['override-set', 0],
      ['override-rm', 0],
    ]);
    for (const entry of await this.#options.store.latest(AUDIT_JOURNAL, MOST_CHANGES, now - HOUR)) {
      const action = readAuditEntry(entry)?.action;
      if (action !== undefined) counts.set(action, (counts.get(action) ?? 0) + 1);
    }
    return counts;
  }

  #own(state: FeedState, answers: boolean): readonly MetricFamily[] {
    const {version, feed, localNow} = this.#options;
    const look = state.kind === 'seen' ? state.look : state.last;
    return [
      family('info', 'build', 'The version of this process.', [{labels: {version}, value: 1}]),
      gauge('store_reachable', '1 while the store answers.', plain(answers ? 1 : 0)),
      gauge(
        'status_age_seconds',
        'How long ago the store was last seen whole.',
        look === undefined ? [] : plain(Math.max(0, localNow() - look.at) / 1e6),
      ),
      counter('looks', 'Times the store was looked at.', [
        {labels: {outcome: 'seen'}, value: feed.counts.seen},
        {labels: {outcome: 'lost'}, value: feed.counts.lost},
      ]),
      family(
        'histogram',
        'look_duration_seconds',
        'How long a look at the store took.',
        this.#looks.samples(),
      ),
      counter(
        'http_requests',
        'Requests to this process, by route and status.',
        [...this.#requests].map(([key, value]) => {
          const [route = '', code = ''] = key.split(' ');
          return {labels: {route, code}, value};
        }),
      ),
    ];
  }
}
