import {RatectlError} from '../base/ratectl-error.ts';
import {quoted} from '../base/safe-text.ts';
import {didYouMean} from '../base/suggest.ts';
import type {AlgorithmSpec, LimitSpec, Policy} from '../engine/policy-model.ts';
import {type WrittenPolicy, writtenNumber} from '../policy/written-number.ts';
import {factsOf, type SolvableNumber} from './algorithm-facts.ts';

/** A number of a policy that `--solve` may vary: `limit.per-ip.rate`. */
export interface Parameter {
  readonly path: string;
  /** Its value in the policy: units per window, requests at the same time, or the count of a rate (10 of `10/s`). */
  readonly current: number;
  /** Whether the policy may have another value: whole, 1 or more. */
  allows(value: number): boolean;
  /** The policy with another value, one that it may have. */
  with(value: number): Policy;
}

const usage = (message: string, hint = 'for example --solve limit.per-ip.rate'): RatectlError =>
  new RatectlError(`--solve: ${message}`, {code: 'usage/solve', hint});

/**
 * Finds `limit.NAME.FIELD` in a policy. The limit must have a single bucket: of several, none is "the" number. With the text
 * of the policy, another value means what it would mean there; without it, what equals its default follows the new value.
 */
export const findParameter = (policy: Policy, path: string, written?: WrittenPolicy): Parameter => {
  const match = /^limit\.(.+)\.([a-z]+)$/.exec(path);
  if (match === null) throw usage(`expected limit.NAME.FIELD, got ${quoted(path)}`);
  const [, name = '', field = ''] = match;
  const limit = limitNamed(policy, name);
  const spec = onlyBucket(limit);
  const number = numberNamed(spec, field);
  const current = number.get(spec);
  if (written === undefined) return {path, current, ...inSpecs(policy, limit, spec, number)};
  const inText = writtenNumber(written, name, field);
  return {
    path,
    current: inText.value ?? current,
    allows: (value) => inText.with(value) !== undefined,
    with(value) {
      const changed = inText.with(value);
      if (changed === undefined) throw new RangeError(`the policy may not have ${value} as ${path}`);
      return changed;
    },
  };
};

const limitNamed = (policy: Policy, name: string): LimitSpec => {
  const names = policy.limits.map((limit) => limit.name);
  const found = policy.limits.find((limit) => limit.name === name);
  if (found !== undefined) return found;
  throw usage(
    `the policy has no limit ${quoted(name)}${didYouMean(name, names)}`,
    `limits are: ${names.join(', ')}`,
  );
};

const onlyBucket = ({name, plan}: LimitSpec): AlgorithmSpec => {
  const [spec, ...more] = plan.kind === 'single' ? plan.buckets : [];
  if (spec === undefined || more.length > 0)
    throw usage(`limit ${quoted(name)} has several buckets; only a limit with one can be solved for`);
  return spec;
};

const numberNamed = (spec: AlgorithmSpec, field: string): SolvableNumber => {
  const {numbers} = factsOf(spec);
  const fields = Object.keys(numbers);
  const number = Object.hasOwn(numbers, field) ? numbers[field] : undefined;
  if (number !== undefined) return number;
  throw usage(
    `a ${spec.kind} limit has no ${quoted(field)}${didYouMean(field, fields)}; it can be solved for ${fields.join(' or ')}`,
  );
};

const inSpecs = (
  policy: Policy,
  limit: LimitSpec,
  spec: AlgorithmSpec,
  number: SolvableNumber,
): Pick<Parameter, 'allows' | 'with'> => ({
  allows: () => true,
  with: (value) => {
    const changed: LimitSpec = {...limit, plan: {kind: 'single', buckets: [number.with(spec, value)]}};
    return {...policy, limits: policy.limits.map((each) => (each === limit ? changed : each))};
  },
});
