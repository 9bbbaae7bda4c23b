import {isLimitName} from '../../store/token-names.ts';
import {STATUS_STATES, type StatusKey, type StatusReport} from '../../view/model/status-report.ts';
import {ALERT_KINDS, type StatusSections} from '../../view/model/status-sections.ts';
import type {UsageTotals} from '../usage-counter.ts';
import {named, samplesOf} from './bounded-samples.ts';
import {loadFamilies} from './load-families.ts';
import {counter, gauge, type MetricFamily, plain, type Sample} from './metric-family.ts';
import {tokenFamilies} from './token-families.ts';

export interface MetricSource {
  readonly report: StatusReport;
  readonly totals: UsageTotals;
  /** Changes of the last hour by action, from the audit journal. */
  readonly changes: ReadonlyMap<string, number>;
}

/** What the store says, as metrics. Labels are names of limits, providers, breakers, queues and pools, and fixed words: never keys. */
export const statusFamilies = ({report, totals, changes}: MetricSource): readonly MetricFamily[] => [
  gauge(
    'store_clock_skew_seconds',
    "How far the store's clock is ahead of this machine's.",
    plain(report.store.skewMs / 1_000),
  ),
  counter(
    'limit_requests',
    'Requests by limit and what the limit said, since this process began.',
    requests(totals),
  ),
  gauge(
    'keys',
    "Keys of the store's index of those refused or near their limit lately, by how they stand now.",
    keyStates(report.keys),
  ),
  gauge('overrides', 'Overrides set at run time that hold now.', plain(report.liveOverrides)),
  gauge(
    'changes_last_hour',
    'Changes by operators in the last hour, by action of the audit journal.',
    samplesOf(
      [...changes],
      'action',
      ([action]) => action,
      ([, count]) => [named(count)],
    ),
  ),
  ...tokenFamilies(report.tokens, totals),
  ...breakerFamilies(report),
  ...queueFamilies(report),
  ...loadFamilies(report),
  ...instanceFamilies(report),
  gauge(
    'alerts',
    'What needs somebody now, by kind.',
    ALERT_KINDS.map((kind) => ({
      labels: {kind},
      value: report.alerts.filter((alert) => alert.kind === kind).length,
    })),
  ),
];

const requests = (totals: UsageTotals): readonly Sample[] =>
  samplesOf(
    [...totals].filter(([limit]) => isLimitName(limit)),
    'limit',
    ([limit]) => limit,
    ([, {allowed, denied, shadowDenied}]) => [
      {labels: {outcome: 'allowed'}, value: Math.max(0, allowed - shadowDenied)},
      {labels: {outcome: 'denied'}, value: denied},
      {labels: {outcome: 'shadow_denied'}, value: shadowDenied},
    ],
  );

const keyStates = (keys: readonly StatusKey[]): readonly Sample[] => {
  const counts = new Map<string, Map<string, number>>();
  for (const {limit, state} of keys) {
    const states = counts.get(limit) ?? new Map<string, number>();
    counts.set(limit, states.set(state, (states.get(state) ?? 0) + 1));
  }
  return samplesOf(
    [...counts],
    'limit',
    ([limit]) => limit,
    ([, states]) => STATUS_STATES.map((state) => ({labels: {state}, value: states.get(state) ?? 0})),
  );
};

const breakerFamilies = ({breakers}: Pick<StatusSections, 'breakers'>): readonly MetricFamily[] => [
  gauge(
    'breaker_state',
    '1 for the state that the circuit breaker is in; of one for each key, the worst of them.',
    samplesOf(
      breakers,
      'breaker',
      ({name}) => name,
      ({state}) =>
        (['closed', 'open', 'half-open'] as const).map((one) => ({
          labels: {state: one},
          value: one === state ? 1 : 0,
        })),
    ),
  ),
  gauge(
    'breaker_failures',
    'Failures in a row.',
    samplesOf(
      breakers,
      'breaker',
      ({name}) => name,
      ({failures}) => [named(failures)],
    ),
  ),
  gauge(
    'breaker_keys',
    'Keys of a circuit breaker that there is one of for each key, by state.',
    samplesOf(
      breakers.filter(({keys}) => keys !== null),
      'breaker',
      ({name}) => name,
      ({keys}) => [
        {labels: {state: 'closed'}, value: keys!.closed},
        {labels: {state: 'open'}, value: keys!.open},
        {labels: {state: 'half-open'}, value: keys!.halfOpen},
      ],
    ),
  ),
];

const queueFamilies = ({queues}: Pick<StatusSections, 'queues'>): readonly MetricFamily[] => {
  const each = (
    help: string,
    name: string,
    read: (queue: StatusSections['queues'][number]) => number | null,
  ) =>
    gauge(
      name,
      help,
      samplesOf(
        queues,
        'queue',
        ({queue}) => queue,
        (one) => [named(read(one))],
      ),
    );
  return [
    gauge(
      'queue_waiting',
      'Items that wait, by priority class.',
      samplesOf(
        queues,
        'queue',
        ({queue}) => queue,
        ({classes}) =>
          samplesOf(
            classes,
            'class',
            (one) => one.class,
            ({waiting}) => [named(waiting)],
          ),
      ),
    ),
    each('Waiting items that may be worked on now.', 'queue_due', ({due}) => due),
    each('Items in the hands of workers.', 'queue_claimed', ({claimed}) => claimed),
    each('Items that were given up.', 'queue_dead', ({dead}) => dead),
    each('Age of the oldest waiting item.', 'queue_oldest_seconds', ({oldestMs}) =>
      oldestMs === null ? null : oldestMs / 1_000,
    ),
  ];
};

const instanceFamilies = ({
  instances,
  leader,
}: Pick<StatusSections, 'instances' | 'leader'>): readonly MetricFamily[] => {
  const roles = new Map<string, number>();
  for (const {role} of instances) roles.set(role, (roles.get(role) ?? 0) + 1);
  return [
    gauge(
      'instances',
      'Processes that gave a sign of life lately, by role.',
      samplesOf(
        [...roles],
        'role',
        ([role]) => role,
        ([, count]) => [named(count)],
      ),
    ),
    gauge('token_leader', '1 while a process leads in refreshing tokens.', plain(leader === null ? 0 : 1)),
  ];
};
