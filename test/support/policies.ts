import {AttributeColumns} from '../../src/engine/attribute-columns.ts';
import {Evaluator} from '../../src/engine/evaluator.ts';
import {KeyResolvers} from '../../src/engine/key-resolvers.ts';
import type {AlgorithmSpec, LimitSpec, MatcherSpec, Override, Policy} from '../../src/engine/policy-model.ts';

type SpecOf<K extends AlgorithmSpec['kind']> = Extract<AlgorithmSpec, {kind: K}>;
type Refill = SpecOf<'token-bucket'>['refill'];

/** `count` per `per` µs, starting full. */
export const tokenBucketSpec = (
  count: number,
  per: number,
  burst = count,
  more: {initial?: number; refill?: Refill} = {},
): SpecOf<'token-bucket'> => ({
  kind: 'token-bucket',
  count,
  per,
  burst,
  initial: burst,
  refill: {kind: 'continuous'},
  ...more,
});

export const gcraSpec = (count: number, per: number, burst = count): AlgorithmSpec => ({
  kind: 'gcra',
  count,
  per,
  burst,
});

export const fixedWindowSpec = (
  limit: number,
  length: number,
  more: {align?: 'epoch' | 'first-hit'; countDenied?: boolean} = {},
): AlgorithmSpec => ({
  kind: 'fixed-window',
  limit,
  window: {align: more.align ?? 'epoch', length},
  countDenied: more.countDenied ?? false,
});

export const slidingWindowSpec = (limit: number, window: number): AlgorithmSpec => ({
  kind: 'sliding-window',
  limit,
  window,
});

export const slidingLogSpec = (limit: number, window: number): AlgorithmSpec => ({
  kind: 'sliding-log',
  limit,
  window,
});

/** nginx `limit_req`; without `delayFrom` it is `nodelay`. */
export const leakyBucketSpec = (
  count: number,
  per: number,
  burst: number,
  delayFrom = Number.POSITIVE_INFINITY,
): AlgorithmSpec => ({
  kind: 'leaky-bucket',
  count,
  per,
  burst,
  delayFrom,
});

export const concurrencySpec = (max: number, timeout: number): AlgorithmSpec => ({
  kind: 'concurrency',
  max,
  timeout,
});

export interface LimitInput {
  readonly name?: string;
  readonly key?: string;
  readonly mode?: LimitSpec['mode'];
  readonly rollout?: number;
  readonly when?: Readonly<Record<string, readonly string[]>>;
  readonly unless?: Readonly<Record<string, readonly string[]>>;
  readonly cost?: LimitSpec['cost'];
  readonly buckets?: readonly AlgorithmSpec[];
  readonly plan?: LimitSpec['plan'];
  readonly overrides?: Readonly<Record<string, Override>>;
}

const matchers = (input: LimitInput['when'] = {}): MatcherSpec[] =>
  Object.entries(input).map(([attribute, values]) => ({attribute, values}));

/** A limit by `{key}` with what is given, everything else at its default. */
export const limitOf = (input: LimitInput): LimitSpec => ({
  name: input.name ?? 'limit',
  key: input.key ?? '{key}',
  mode: input.mode ?? 'enforce',
  rollout: input.rollout ?? 1,
  when: matchers(input.when),
  unless: matchers(input.unless),
  cost: input.cost ?? 'request',
  plan: input.plan ?? {kind: 'single', buckets: input.buckets ?? []},
  overrides: new Map(Object.entries(input.overrides ?? {})),
});

export const policyOf = (
  limits: readonly LimitInput[],
  charge: Policy['charge'] = 'all-or-nothing',
): Policy => ({
  limits: limits.map(limitOf),
  charge,
  onStoreError: 'local',
  thresholds: [],
  tokens: [],
  queues: [],
  breakers: [],
  priorities: [],
  pools: [],
  adaptive: [],
  behaviour: [],
  degradation: undefined,
});

/** An evaluator whose batches have at least the columns `attributes`. */
export const evaluatorOf = (policy: Policy, attributes: readonly string[] = ['key']): Evaluator =>
  new Evaluator(policy, new KeyResolvers(new AttributeColumns(attributes)));
