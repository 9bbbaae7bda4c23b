import {STATUS_MODES, type StatusAdaptive, type StatusPool} from '../../view/model/status-load.ts';
import type {StatusSections} from '../../view/model/status-sections.ts';
import {named, samplesOf} from './bounded-samples.ts';
import {gauge, type MetricFamily} from './metric-family.ts';

/** Pools, adaptive control and the degradation mode; families without samples are not written. */
export const loadFamilies = ({
  pools,
  adaptive,
  degradation,
}: Pick<StatusSections, 'pools' | 'adaptive' | 'degradation'>): readonly MetricFamily[] => [
  ...poolFamilies(pools),
  ...adaptiveFamilies(adaptive),
  gauge(
    'degradation_mode',
    '1 for the mode that holds.',
    degradation === null
      ? []
      : STATUS_MODES.map((mode) => ({labels: {mode}, value: mode === degradation.mode ? 1 : 0})),
  ),
  gauge(
    'degradation_manual',
    '1 while the mode is one that somebody set.',
    degradation === null ? [] : [{labels: {}, value: degradation.from === 'hand' ? 1 : 0}],
  ),
  gauge(
    'degradation_pressure_ratio',
    'The worst of measured by target at the last look at the load.',
    degradation?.pressure == null ? [] : [{labels: {}, value: degradation.pressure.value}],
  ),
];

const poolFamilies = (pools: readonly StatusPool[]): readonly MetricFamily[] => {
  const each = (name: string, help: string, read: (pool: StatusPool) => number | null): MetricFamily =>
    gauge(
      name,
      help,
      samplesOf(
        pools,
        'pool',
        (pool) => pool.name,
        (pool) => [named(read(pool))],
      ),
    );
  return [
    each('pool_running', 'Slots that are taken.', ({running}) => running),
    each('pool_max', 'Slots that the policy gives.', ({max}) => max),
    each(
      'pool_effective_max',
      'Slots that adaptive control leaves of them.',
      ({effectiveMax}) => effectiveMax,
    ),
    each('pool_waiting', 'Requests that wait for a slot.', ({waiting}) => waiting),
    each('pool_queue_max', 'How many may wait.', ({queue}) => queue),
    each('pool_oldest_wait_seconds', 'How long the one that came first waits.', ({oldestWaitMs}) =>
      secondsOf(oldestWaitMs),
    ),
    each('pool_mean_hold_seconds', 'How long a slot is held, a moving average.', ({meanHoldMs}) =>
      secondsOf(meanHoldMs),
    ),
    each('pool_clients_at_limit', 'Clients that have all the slots one client may have.', (pool) =>
      pool.maxPerKey === null ? null : pool.clientsAtLimit,
    ),
  ];
};

const adaptiveFamilies = (all: readonly StatusAdaptive[]): readonly MetricFamily[] => {
  const each = (name: string, help: string, read: (one: StatusAdaptive) => number | null): MetricFamily =>
    gauge(
      name,
      help,
      samplesOf(
        all,
        'adaptive',
        (one) => one.name,
        (one) => [named(read(one))],
      ),
    );
  return [
    each('adaptive_share', 'What is left of limits and pools, 0 to 1.', ({share}) => share),
    each(
      'adaptive_pressure_ratio',
      'The worst of measured by target at the last look at the load.',
      ({pressure}) => pressure?.value ?? null,
    ),
  ];
};

const secondsOf = (ms: number | null): number | null => (ms === null ? null : ms / 1_000);
