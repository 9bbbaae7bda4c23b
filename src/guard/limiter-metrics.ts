import type {Check, CheckAnswer} from '../engine/live/check.ts';
import {denierOf} from '../engine/live/check.ts';
import {isNearLimit} from '../engine/live/near-limit.ts';
import {Kind} from '../engine/verdict.ts';
import type {DecisionSource} from './decision-view.ts';
import {Histogram} from './histogram.ts';

/** Facts that are read when the metrics are. */
export interface MetricsNow {
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

  lines(name: string): string[] {
    const entries = [...this.#values].sort(([a], [b]) => (a < b ? -1 : 1));
    return entries.map(([labels, value]) => `${name}${labels === '' ? '' : `{${labels}}`} ${value}`);
  }
}

/**
 * Counts what a limiter does, and says so in the text format of Prometheus (0.0.4). Labels are names of limits and fixed words:
 * never keys, so the number of series is bounded by the policy.
 */
export class LimiterMetrics {
  readonly #requests = new Counters();
  readonly #checks = new Counters();
  readonly #near = new Counters();
  readonly #storeErrors = new Counters();
  readonly #losses = new Counters('plain');
  readonly #changes = new Counters('plain');
  readonly #eventErrors = new Counters('plain');
  readonly #durations = new Map<DecisionSource, Histogram>();

  /** `took`: µs. */
  decision(check: Check, {verdicts}: CheckAnswer, source: DecisionSource, took: number): void {
    const denier = denierOf(check, verdicts);
    this.#checks.add(`source="${source}",allowed="${denier < 0}"`);
    const reached = denier < 0 ? check.layers.length : denier + 1;
    for (let i = 0; i < reached; i++) {
      const {address, shadow} = check.layers[i]!;
      const verdict = verdicts[i]!;
      const refused = verdict.kind !== Kind.allow;
      const outcome = !refused ? 'allowed' : shadow ? 'shadow_denied' : 'denied';
      this.#requests.add(`limit="${address.limit}",outcome="${outcome}"`);
      if (!refused && isNearLimit(verdict.remaining, verdict.capacity))
        this.#near.add(`limit="${address.limit}"`);
    }
    let histogram = this.#durations.get(source);
    if (histogram === undefined) {
      histogram = new Histogram();
      this.#durations.set(source, histogram);
    }
    histogram.add(took);
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

  text(now: MetricsNow): string {
    const families: readonly (readonly [
      name: string,
      type: string,
      help: string,
      lines: readonly string[],
    ])[] = [
      counter('requests_total', 'Requests by limit and what the limit said.', this.#requests),
      counter('checks_total', 'Decisions by who made them.', this.#checks),
      counter('near_limit_total', 'Allowed requests that left 5 % or less of a key.', this.#near),
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
        [...this.#durations].flatMap(([source, histogram]) =>
          histogram.lines('ratectl_check_duration_seconds', `source="${source}"`),
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
