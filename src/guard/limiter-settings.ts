import {RatectlError} from '../base/ratectl-error.ts';
import {quoted} from '../base/safe-text.ts';
import {compileGlob} from '../engine/live/glob.ts';
import type {Attributes} from '../engine/live/request-router.ts';
import type {LimitSpec, OnStoreError, Policy} from '../engine/policy-model.ts';
import {loadGivenPolicy} from '../policy/given-policy.ts';
import type {LoadedPolicy} from '../policy/load-policy.ts';
import {processClock} from '../store/store-clock.ts';
import type {LimiterOptions} from './limiter-options.ts';

/** Options with everything decided. */
export interface LimiterSettings {
  readonly enabled: boolean;
  readonly loaded: LoadedPolicy;
  /** The policy as it is enforced: with the options' mode and rollout. */
  readonly policy: Policy;
  readonly onStoreError: OnStoreError;
  readonly instances: number;
  readonly timeoutMs: number;
  readonly failFast: boolean;
  readonly cache: boolean;
  readonly metrics: boolean;
  readonly usage: boolean;
  readonly publishPolicy: boolean;
  readonly isExempt: (attributes: Attributes) => boolean;
  readonly clock: () => number;
}

/** A day: it only has to outlast what clocks and networks are late by. */
const MOST_SLACK_MS = 86_400_000;

/** Reads options. Throws a RatectlError that names the option, or what is wrong with the policy. */
export const limiterSettings = (options: LimiterOptions): LimiterSettings => {
  const {mode = 'enforce', rollout = 1, instances = 1, timeoutMs = 500, ttlSlackMs = 0} = options;
  if (mode !== 'enforce' && mode !== 'shadow') throw wrong('mode', mode, '"enforce" or "shadow"');
  if (!(rollout >= 0 && rollout <= 1)) throw wrong('rollout', rollout, 'a share from 0 to 1');
  if (!isWhole(instances, 1, 10_000)) throw wrong('instances', instances, 'a whole number from 1 to 10000');
  if (!isWhole(timeoutMs, 10, 60_000))
    throw wrong('timeoutMs', timeoutMs, 'a whole number of milliseconds from 10 to 60000');
  if (!isWhole(ttlSlackMs, 0, MOST_SLACK_MS))
    throw wrong('ttlSlackMs', ttlSlackMs, `a whole number of milliseconds from 0 to ${MOST_SLACK_MS}`);
  const loaded = loadGivenPolicy(options.policy ?? './ratectl.yaml', (value) =>
    wrong('policy', value, 'the path of a policy file, or a policy as an object'),
  );
  const onStoreError = options.onStoreError ?? loaded.policy.onStoreError;
  if (!['open', 'closed', 'local'].includes(onStoreError))
    throw wrong('onStoreError', onStoreError, '"open", "closed" or "local"');
  return {
    enabled: options.enabled ?? true,
    loaded,
    policy: {
      ...loaded.policy,
      limits: loaded.policy.limits.map((limit) => softened(limit, mode, rollout)),
    },
    onStoreError,
    instances,
    timeoutMs,
    failFast: options.failFast ?? false,
    cache: options.cache ?? true,
    metrics: options.metrics ?? true,
    usage: options.usage ?? true,
    publishPolicy: options.publishPolicy ?? true,
    isExempt: exemption(options.exemptPaths ?? []),
    clock: options.clock ?? processClock,
  };
};

const isWhole = (value: number, min: number, max: number): boolean =>
  Number.isInteger(value) && value >= min && value <= max;

const wrong = (option: string, value: unknown, expected: string): RatectlError =>
  new RatectlError(`createLimiter: ${option} is ${quoted(String(value))}, expected ${expected}`, {
    code: 'limiter/option',
  });

const softened = (limit: LimitSpec, mode: 'enforce' | 'shadow', rollout: number): LimitSpec => ({
  ...limit,
  mode: mode === 'shadow' ? 'shadow' : limit.mode,
  rollout: Math.min(limit.rollout, rollout),
});

const exemption = (paths: readonly string[]): ((attributes: Attributes) => boolean) => {
  if (paths.length === 0) return () => false;
  const globs = paths.map(compileGlob);
  return (attributes) => {
    const path = Object.hasOwn(attributes, 'path') ? attributes['path'] : undefined;
    if (typeof path !== 'string') return false;
    const query = path.indexOf('?');
    const plain = query < 0 ? path : path.slice(0, query);
    return globs.some((matches) => matches(plain));
  };
};
