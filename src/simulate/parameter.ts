import {RatectlError} from '../base/ratectl-error.ts';
import {quoted} from '../base/safe-text.ts';
import {didYouMean} from '../base/suggest.ts';
import type {AlgorithmSpec, LimitSpec, Policy} from '../engine/policy-model.ts';

/** A number of a policy that `--solve` may vary: `limit.per-ip.rate`. */
export interface Parameter {
  readonly path: string;
  /** For people: what a value means, e.g. `per 1s`. */
  readonly current: number;
  with(value: number): Policy;
}

const FIELDS: Readonly<Record<AlgorithmSpec['kind'], readonly string[]>> = {
  'token-bucket': ['rate', 'burst'],
  gcra: ['rate', 'burst'],
  'fixed-window': ['limit'],
  'sliding-window': ['limit'],
  'sliding-log': ['limit'],
  'leaky-bucket': ['rate', 'burst'],
  concurrency: ['max'],
};

/** A burst that equals the count is the default and follows the rate; so does an initial fill that equals the burst. */
const withField = (spec: AlgorithmSpec, field: string, value: number): AlgorithmSpec => {
  switch (spec.kind) {
    case 'token-bucket': {
      const burst = field === 'burst' || spec.burst === spec.count ? value : spec.burst;
      const initial = spec.initial === spec.burst ? burst : Math.min(spec.initial, burst);
      return {...spec, burst, initial, count: field === 'rate' ? value : spec.count};
    }
    case 'gcra': {
      const burst = field === 'burst' || spec.burst === spec.count ? value : spec.burst;
      return {...spec, burst, count: field === 'rate' ? value : spec.count};
    }
    case 'leaky-bucket':
      return field === 'rate' ? {...spec, count: value} : {...spec, burst: value};
    case 'fixed-window':
    case 'sliding-window':
    case 'sliding-log':
      return {...spec, limit: value};
    case 'concurrency':
      return {...spec, max: value};
  }
};

const currentValue = (spec: AlgorithmSpec, field: string): number =>
  field === 'rate' ? (spec as {count: number}).count : (spec as unknown as Record<string, number>)[field]!;

const usage = (message: string, hint = 'for example --solve limit.per-ip.rate'): RatectlError =>
  new RatectlError(`--solve: ${message}`, {code: 'usage/solve', hint});

/** Finds `limit.NAME.FIELD` in a policy. The limit must have a single bucket: of several, none is "the" number. */
export const findParameter = (policy: Policy, path: string): Parameter => {
  const match = /^limit\.(.+)\.([a-z]+)$/.exec(path);
  if (match === null) throw usage(`expected limit.NAME.FIELD, got ${quoted(path)}`);
  const [, name = '', field = ''] = match;
  const names = policy.limits.map((limit) => limit.name);
  const limit = policy.limits.find((candidate) => candidate.name === name);
  if (limit === undefined)
    throw usage(
      `the policy has no limit ${quoted(name)}${didYouMean(name, names)}`,
      `limits are: ${names.join(', ')}`,
    );
  const [spec] = limit.plan.kind === 'single' ? limit.plan.buckets : [];
  if (spec === undefined || limit.plan.kind !== 'single' || limit.plan.buckets.length > 1) {
    throw usage(`limit ${quoted(name)} has several buckets; only a limit with one can be solved for`);
  }
  const fields = FIELDS[spec.kind];
  if (!fields.includes(field))
    throw usage(
      `a ${spec.kind} limit has no ${quoted(field)}${didYouMean(field, fields)}; it can be solved for ${fields.join(' or ')}`,
    );
  return {
    path,
    current: currentValue(spec, field),
    with: (value) =>
      replaceLimit(policy, limit, {
        ...limit,
        plan: {kind: 'single', buckets: [withField(spec, field, value)]},
      }),
  };
};

const replaceLimit = (policy: Policy, old: LimitSpec, changed: LimitSpec): Policy => ({
  ...policy,
  limits: policy.limits.map((limit) => (limit === old ? changed : limit)),
});
