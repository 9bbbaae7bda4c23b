import {formatDuration} from '../base/duration.ts';
import type {AlgorithmSpec, LimitSpec} from '../engine/policy-model.ts';

const perUnit = (us: number): string => {
  const text = formatDuration(us);
  return /^1[a-zµ]+$/.test(text) ? text.slice(1) : text;
};

const rate = (spec: {readonly count: number; readonly per: number}): string => {
  // 167 per 100 s was written 1.67/s.
  const seconds = spec.per / 1e6;
  return seconds > 1 && [10, 100, 1000].includes(seconds)
    ? `${spec.count / seconds}/s`
    : `${spec.count}/${perUnit(spec.per)}`;
};

const describeBucket = (spec: AlgorithmSpec): string => {
  switch (spec.kind) {
    case 'token-bucket': {
      const refill =
        spec.refill.kind === 'continuous'
          ? ''
          : spec.refill.kind === 'stepped'
            ? `, every ${formatDuration(spec.refill.every)}`
            : `, ${spec.refill.kind}`;
      return `token bucket ${rate(spec)}, burst ${spec.burst}${spec.initial === spec.burst ? '' : `, initial ${spec.initial}`}${refill}`;
    }
    case 'gcra':
      return `GCRA ${rate(spec)}, burst ${spec.burst}`;
    case 'fixed-window':
      return spec.window.align === 'calendar'
        ? `fixed window ${spec.limit} per calendar ${spec.window.unit} (${spec.window.timeZone})`
        : `fixed window ${spec.limit}/${perUnit(spec.window.length)}${spec.window.align === 'first-hit' ? ' from the first hit' : ''}`;
    case 'sliding-window':
      return `sliding window ${spec.limit}/${perUnit(spec.window)}`;
    case 'sliding-log':
      return `sliding log ${spec.limit}/${perUnit(spec.window)}`;
    case 'leaky-bucket':
      return `leaky bucket ${rate(spec)}, burst ${spec.burst}${spec.delayFrom === Number.POSITIVE_INFINITY ? ', nodelay' : spec.delayFrom > 0 ? `, delay ${spec.delayFrom}` : ''}`;
    case 'concurrency':
      return `concurrency ${spec.max}, leases of ${formatDuration(spec.timeout)}`;
  }
};

/** One line for people: `token bucket 10/s, burst 20`. */
export const describeLimit = (limit: LimitSpec): string => {
  const {plan} = limit;
  if (plan.kind === 'tiered') return `tiers ${[...plan.tiers.keys()].join(', ')}`;
  return plan.buckets.map(describeBucket).join(' + ');
};
