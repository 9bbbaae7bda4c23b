import type {LimitSpec, Policy} from '../engine/policy-model.ts';
import type {DecisionSource} from './decision-view.ts';
import {Histogram} from './histogram.ts';
import type {LimitCount} from './limit-counts.ts';

/** Facts that are read when the metrics are. */
export interface MetricsNow {
  /** What a limit said, by its index in the policy. */
  readonly countOf: (limit: number) => LimitCount;
  readonly storeUp: boolean;
  readonly liveOverrides: number;
  readonly rememberedRefusals: number;
  readonly usageDropped: number;
}

class Counters {
  readonly #values: Map<string, number>;

  /** Counters without labels begin with 0; others when their labels are seen first. */
  constructor(labels: 'labelled' | 'plain' = 'labelled') {
    this.#values = new Map(labels === 'plain' ? [['', 0]] : []);
  }

  add(labels: string): void {
    this.#values.set(labels, (this.#values.get(labels) ?? 0) + 1);
  }

  /** A count of its own; nothing when it is 0. */
  set(labels: string, count: number): void {
    if (count > 0) this.#values.set(labels, count);
  }

  lines(name: string): string[] {
    const entries = [...this.#values].sort(([a], [b]) => (a < b ? -1 : 1));
    return entries.map(([labels, value]) => `${name}${labels === '' ? '' : `{${labels}}`} ${value}`);
  }
}

interface SourceCounts {
  readonly source: DecisionSource;
  allowed: number;
  denied: number;
  readonly durations: Histogram;
}

/**
 * Counts what a limiter does, and says so in the text format of Prometheus (0.0.4). Labels are names of limits and fixed words:
 * never keys, so the number of series is bounded by the policy.
 */
export class LimiterMetrics {
  readonly #limits: readonly LimitSpec[];
  readonly #storeErrors = new Counters();
  readonly #losses = new Counters('plain');
  readonly #changes = new Counters('plain');
  readonly #eventErrors = new Counters('plain');
  /** In the order in which they were seen first. */
  readonly #sources: SourceCounts[] = [];
  /** Those of the last decision: mostly the next one has the same source. */
  #last: SourceCounts | undefined;

  constructor({limits}: Pick<Policy, 'limits'>) {
    this.#limits = limits;
  }

  /** `took`: µs. */
  decision(allowed: boolean, source: DecisionSource, took: number): void {
    const counts = this.#countsOf(source);
    if (allowed) counts.allowed++;
    else counts.denied++;
    counts.durations.add(took);
  }

  /** Counted without text: a label is made when somebody reads it. */
  #countsOf(source: DecisionSource): SourceCounts {
    const last = this.#last;
    return last !== undefined && last.source === source ? last : this.#otherCountsOf(source);
  }

  #otherCountsOf(source: DecisionSource): SourceCounts {
    let counts = this.#sources.find((known) => known.source === source);
    if (counts === undefined) {
      counts = {source, allowed: 0, denied: 0, durations: new Histogram()};
      this.#sources.push(counts);
    }
    this.#last = counts;
    return counts;
  }

  storeError(kind: string): void {
    this.#storeErrors.add(`kind="${kind}"`);
  }

  storeLost(): void {
    this.#losses.add('');
  }

  /** A reset or an override was heard of. */
  change(): void {
    this.#changes.add('');
  }

  eventError(): void {
    this.#eventErrors.add('');
  }

  #requests({countOf}: MetricsNow): Counters {
    const requests = new Counters();
    this.#limits.forEach(({name}, i) => {
      const {allowed, denied, shadowDenied} = countOf(i);
      requests.set(`limit="${name}",outcome="allowed"`, allowed);
      requests.set(`limit="${name}",outcome="denied"`, denied);
      requests.set(`limit="${name}",outcome="shadow_denied"`, shadowDenied);
    });
    return requests;
  }

  #checks(): Counters {
    const checks = new Counters();
    for (const {source, allowed, denied} of this.#sources) {
      checks.set(`source="${source}",allowed="true"`, allowed);
      checks.set(`source="${source}",allowed="false"`, denied);
    }
    return checks;
  }

  #near({countOf}: MetricsNow): Counters {
    const counters = new Counters();
    this.#limits.forEach(({name}, i) => {
      counters.set(`limit="${name}"`, countOf(i).near);
    });
    return counters;
  }

  text(now: MetricsNow): string {
    const families: readonly (readonly [
      name: string,
      type: string,
      help: string,
      lines: readonly string[],
    ])[] = [
      counter('requests_total', 'Requests by limit and what the limit said.', this.#requests(now)),
      counter('checks_total', 'Decisions by who made them.', this.#checks()),
      counter('near_limit_total', 'Allowed requests that left 5 % or less of a key.', this.#near(now)),
      counter('store_errors_total', 'Failed calls of the store.', this.#storeErrors),
      counter('store_losses_total', 'Times the store was lost.', this.#losses),
      counter('changes_total', 'Times resets or overrides were heard of.', this.#changes),
      counter('event_errors_total', 'Errors thrown by functions given as events.', this.#eventErrors),
      [
        'usage_dropped_total',
        'counter',
        'Keys and sums that were not told to the store.',
        [plain('usage_dropped_total', now.usageDropped)],
      ],
      [
        'store_up',
        'gauge',
        '1 when the store decides, 0 while onStoreError does.',
        [plain('store_up', now.storeUp ? 1 : 0)],
      ],
      ['live_overrides', 'gauge', 'Overrides that hold now.', [plain('live_overrides', now.liveOverrides)]],
      [
        'remembered_refusals',
        'gauge',
        'Refusals answered without the store.',
        [plain('remembered_refusals', now.rememberedRefusals)],
      ],
      [
        'check_duration_seconds',
        'histogram',
        'Time from a check to its decision.',
        this.#sources.flatMap(({source, durations}) =>
          durations.lines('ratectl_check_duration_seconds', `source="${source}"`),
        ),
      ],
    ];
    return families
      .flatMap(([name, type, help, lines]) => [
        `# HELP ratectl_${name} ${help}`,
        `# TYPE ratectl_${name} ${type}`,
        ...lines,
      ])
      .join('\n')
      .concat('\n');
  }
}

const plain = (name: string, value: number): string => `ratectl_${name} ${value}`;

const counter = (
  name: string,
  help: string,
  counters: Counters,
): readonly [string, string, string, readonly string[]] => [
  name,
  'counter',
  help,
  counters.lines(`ratectl_${name}`),
];
