import {RatectlError} from '../../base/ratectl-error.ts';
import {quoted} from '../../base/safe-text.ts';
import {type Attributes, renderer} from '../../engine/live/attributes.ts';
import {prioritiesOf} from '../../engine/live/priority.ts';
import type {OnStoreError, Policy} from '../../engine/policy-model.ts';
import type {PoolSpec} from '../../engine/pool/pool-spec.ts';
import type {PrioritySpec} from '../../engine/priority-spec.ts';
import {loadGivenPolicy} from '../../policy/given-policy.ts';
import {shortKey} from '../short-key.ts';
import type {ConcurrencyOptions} from './concurrency-options.ts';

/** Options with everything decided. */
export interface ConcurrencySettings {
  readonly spec: PoolSpec;
  /** Most important first; may be empty. */
  readonly priorities: readonly PrioritySpec[];
  readonly timeoutMs: number;
  readonly enabled: boolean;
  readonly onStoreError: OnStoreError;
  readonly instances: number;
}

/** What an entry of `concurrency` in a policy that says no more than `max` means. */
const DEFAULTS = {queue: 0, wait: 30_000_000, lease: 30_000_000, order: 'fifo'} as const;
const MOST = 10_000;
const LONGEST = 86_400_000_000;

/** Reads options. Throws a RatectlError that names the option, or what is wrong with the policy. */
export const concurrencySettings = (options: ConcurrencyOptions): ConcurrencySettings => {
  const {timeoutMs = 1_000, enabled = true, instances = 1} = options;
  if (!isWhole(timeoutMs, 10, 60_000))
    throw wrong('timeoutMs', timeoutMs, 'a whole number of milliseconds from 10 to 60000');
  if (!isWhole(instances, 1, MOST)) throw wrong('instances', instances, `a whole number from 1 to ${MOST}`);
  const policy = options.spec === undefined ? policyOf(options) : undefined;
  const onStoreError = options.onStoreError ?? policy?.onStoreError ?? 'open';
  if (!['open', 'closed', 'local'].includes(onStoreError))
    throw wrong('onStoreError', onStoreError, '"open", "closed" or "local"');
  return {
    spec: policy === undefined ? wholeSpec(options.spec!) : namedIn(policy, options.pool),
    priorities: policy?.priorities ?? [],
    ...{timeoutMs, enabled, onStoreError, instances},
  };
};

const policyOf = ({policy = './ratectl.yaml'}: ConcurrencyOptions): Policy =>
  loadGivenPolicy(policy, (value) =>
    wrong('policy', value, 'the path of a policy file, or a policy as an object'),
  ).policy;

const namedIn = ({pools}: Policy, name: string | undefined): PoolSpec => {
  const names = pools.map((pool) => pool.name).join(', ');
  const [only, another] = name === undefined ? pools : pools.filter((pool) => pool.name === name);
  if (only === undefined) {
    if (name !== undefined)
      throw wrong('pool', name, names === '' ? 'one of the policy, which has none' : `one of: ${names}`);
    throw new RatectlError('createConcurrency: the policy describes no pool', {
      code: 'concurrency/option',
      hint: 'add one under `concurrency:`, or give a spec',
    });
  }
  if (another !== undefined)
    throw new RatectlError(`createConcurrency: the policy describes several pools: ${names}`, {
      code: 'concurrency/option',
      hint: 'say which one with the option `pool`',
    });
  return only;
};

const wholeSpec = (given: NonNullable<ConcurrencyOptions['spec']>): PoolSpec => {
  const spec: PoolSpec = {
    ...{key: undefined, maxPerKey: given.max, when: [], unless: [], ...DEFAULTS},
    ...given,
  };
  const {name, max, maxPerKey, queue, wait, lease, order} = spec;
  if (typeof name !== 'string' || name === '') throw wrong('spec.name', name, 'a name');
  if (!isWhole(max, 1, MOST)) throw wrong('spec.max', max, `a whole number from 1 to ${MOST}`);
  if (!isWhole(maxPerKey, 1, max))
    throw wrong('spec.maxPerKey', maxPerKey, `a whole number from 1 to max, which is ${max}`);
  if (!isWhole(queue, 0, MOST)) throw wrong('spec.queue', queue, `a whole number from 0 to ${MOST}`);
  if (!isWhole(wait, 0, LONGEST)) throw wrong('spec.wait', wait, 'whole microseconds, at most a day');
  if (!isWhole(lease, 100_000, LONGEST))
    throw wrong('spec.lease', lease, 'whole microseconds, from 100 ms to a day');
  if (!['fifo', 'lifo', 'adaptive-lifo'].includes(order))
    throw wrong('spec.order', order, '"fifo", "lifo" or "adaptive-lifo"');
  return spec;
};

/** Whose slot it is, and how important. Throws a RatectlError for a priority that there is not. */
export const workOf = ({
  spec,
  priorities,
}: ConcurrencySettings): ((asked: {
  readonly key?: string | undefined;
  readonly priority?: string | number | undefined;
  readonly attributes?: Attributes | undefined;
}) => {readonly key: string; readonly rank: number}) => {
  const keyOf = spec.key === undefined ? () => '' : renderer(spec.key);
  const rankOf = prioritiesOf({priorities});
  const names = priorities.map(({name}) => name);
  return ({key, priority, attributes = {}}) => ({
    key: shortKey(key ?? keyOf(attributes)),
    rank: priority === undefined ? rankOf(attributes) : rankNamed(priority, names),
  });
};

const rankNamed = (priority: string | number, names: readonly string[]): number => {
  const rank = typeof priority === 'number' ? priority : names.indexOf(priority);
  if (isWhole(rank, 0, names.length === 0 ? MOST : names.length - 1)) return rank;
  const known = names.length === 0 ? 'the policy names none' : `one of: ${names.join(', ')}`;
  throw new RatectlError(`a priority of ${quoted(String(priority))}, expected a class of the policy`, {
    code: 'concurrency/priority',
    hint: known,
  });
};

const isWhole = (value: unknown, min: number, max: number): value is number =>
  Number.isInteger(value) && (value as number) >= min && (value as number) <= max;

const wrong = (option: string, value: unknown, expected: string): RatectlError =>
  new RatectlError(`createConcurrency: ${option} is ${quoted(String(value))}, expected ${expected}`, {
    code: 'concurrency/option',
  });
