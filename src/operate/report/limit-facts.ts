import type {AlgorithmSpec, LimitSpec, Policy} from '../../engine/policy-model.ts';
import type {ReportCounts, ReportLimit} from '../../view/model/activity-report.ts';
import {type ActivitySums, countsOf} from './activity-sums.ts';
import type {CountedRange} from './report-range.ts';

export interface LimitFactsSource {
  readonly sums: ActivitySums;
  readonly range: Pick<CountedRange, 'from' | 'until'>;
  readonly policy: Policy | undefined;
  readonly describe: (spec: AlgorithmSpec) => string;
  /** Of the range before; undefined: not asked for. */
  readonly before: ActivitySums | undefined;
  readonly isWanted: (limit: string) => boolean;
}

/** What each limit did: those of the policy in its order, then others that were counted, by name. */
export const limitFacts = (source: LimitFactsSource): readonly ReportLimit[] => {
  const {sums, range, policy, describe, before, isWanted} = source;
  const configured = policy?.limits.map(({name}) => name) ?? [];
  const others = sums.limits.filter((name) => !configured.includes(name)).sort();
  const names = [...configured, ...others].filter(isWanted);
  const denied = names.reduce((sum, name) => sum + sums.total(name).denied, 0);
  return names.map((limit) => {
    const counts = countsOf(sums.total(limit));
    const spec = policy?.limits.find(({name}) => name === limit);
    return {
      limit,
      mode: spec?.mode ?? null,
      description: spec === undefined ? null : descriptionOf(spec, describe),
      ...counts,
      shareOfDenied: denied === 0 ? 0 : counts.denied / denied,
      trend: sums
        .steps(range.from, range.until, limit)
        .map((step) => ({requests: step.allowed + step.denied, denied: step.denied})),
      before: before === undefined ? null : countsOf(before.total(limit)),
    };
  });
};

const descriptionOf = ({plan}: LimitSpec, describe: (spec: AlgorithmSpec) => string): string => {
  if (plan.kind === 'tiered') return `${plan.tiers.size} tiers by ${plan.tier}`;
  const [first, ...more] = plan.buckets;
  const rest =
    more.length === 0 ? '' : `, and ${more.length} more ${more.length === 1 ? 'bucket' : 'buckets'}`;
  return `${describe(first!)}${rest}`;
};

export const totalsOf = (limits: readonly ReportCounts[]): ReportCounts =>
  countsOf({
    allowed: sumOf(limits, 'allowed'),
    denied: sumOf(limits, 'denied'),
    shadowDenied: sumOf(limits, 'shadowDenied'),
  });

const sumOf = (limits: readonly ReportCounts[], column: 'allowed' | 'denied' | 'shadowDenied'): number =>
  limits.reduce((sum, limit) => sum + limit[column], 0);
