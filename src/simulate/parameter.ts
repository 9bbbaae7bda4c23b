import {RatectlError} from '../base/ratectl-error.ts';
import {quoted} from '../base/safe-text.ts';
import {didYouMean} from '../base/suggest.ts';
import type {LimitSpec, Policy} from '../engine/policy-model.ts';
import {factsOf} from './algorithm-facts.ts';

/** A number of a policy that `--solve` may vary: `limit.per-ip.rate`. */
export interface Parameter {
  readonly path: string;
  /** Its value in the policy: units per window, requests at the same time, or the count of a rate (10 of `10/s`). */
  readonly current: number;
  /** The policy with another value: whole, 1 or more. */
  with(value: number): Policy;
}

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
  const {numbers} = factsOf(spec);
  const fields = Object.keys(numbers);
  const number = Object.hasOwn(numbers, field) ? numbers[field] : undefined;
  if (number === undefined)
    throw usage(
      `a ${spec.kind} limit has no ${quoted(field)}${didYouMean(field, fields)}; it can be solved for ${fields.join(' or ')}`,
    );
  return {
    path,
    current: number.get(spec),
    with: (value) =>
      replaceLimit(policy, limit, {
        ...limit,
        plan: {kind: 'single', buckets: [number.with(spec, value)]},
      }),
  };
};

const replaceLimit = (policy: Policy, old: LimitSpec, changed: LimitSpec): Policy => ({
  ...policy,
  limits: policy.limits.map((limit) => (limit === old ? changed : limit)),
});
