import {RatectlError} from '../../base/ratectl-error.ts';
import {quoted} from '../../base/safe-text.ts';
import type {BreakerSpec} from '../../engine/breaker-spec.ts';
import type {NamedBreakerSpec} from '../../engine/policy-model.ts';
import {loadGivenPolicy} from '../../policy/given-policy.ts';
import type {BreakerGiven, BreakerOptions} from './breaker-options.ts';
import {type CallResult, isFailureByDefault} from './call-result.ts';

/** Options with everything decided. */
export interface BreakerSettings {
  readonly name: string;
  readonly spec: BreakerSpec;
  readonly timeoutMs: number;
  readonly enabled: boolean;
  readonly isFailure: (result: CallResult) => boolean;
  readonly healthCheck:
    | {
        /** µs. */
        readonly every: number;
        readonly check: (signal: AbortSignal) => unknown;
      }
    | undefined;
}

const DEFAULT_HEALTH_CHECK = 10_000_000;

/** Reads options. Throws a RatectlError that names the option, or what is wrong with the policy. */
export const breakerSettings = (options: BreakerOptions): BreakerSettings => {
  const {timeoutMs = 2_000, enabled = true, isFailure = isFailureByDefault, healthCheck} = options;
  if (!Number.isInteger(timeoutMs) || timeoutMs < 10 || timeoutMs > 60_000)
    throw wrong('timeoutMs', timeoutMs, 'a whole number of milliseconds from 10 to 60000');
  for (const [name, given] of Object.entries({isFailure, healthCheck}))
    if (given !== undefined && typeof given !== 'function') throw wrong(name, given, 'a function');
  const {name, healthCheck: every = DEFAULT_HEALTH_CHECK, ...spec} = specOf(options);
  return {
    ...{name, spec, timeoutMs, enabled, isFailure},
    healthCheck: healthCheck && {every, check: healthCheck},
  };
};

const wrong = (option: string, value: unknown, expected: string, hint?: string): RatectlError =>
  new RatectlError(`createBreaker: ${option} is ${quoted(String(value))}, expected ${expected}`, {
    code: 'breaker/option',
    ...(hint === undefined ? {} : {hint}),
  });

const specOf = ({spec, policy = './ratectl.yaml', breaker}: BreakerOptions): BreakerGiven => {
  if (spec !== undefined) return checked(spec);
  const {breakers} = loadGivenPolicy(policy, (value) =>
    wrong('policy', value, 'the path of a policy file, or a policy as an object'),
  ).policy;
  const ofCalls = breakers.filter(({guards}) => guards.kind === 'calls');
  const names = ofCalls.map(({name}) => name).join(', ');
  if (breaker !== undefined) return named(breakers, breaker, names);
  const [only, another] = ofCalls;
  if (only === undefined)
    throw new RatectlError('createBreaker: the policy describes no breaker of calls', {
      code: 'breaker/option',
      hint: 'add one under `breakers:`, or give a spec',
    });
  if (another !== undefined)
    throw new RatectlError(`createBreaker: the policy describes several breakers: ${names}`, {
      code: 'breaker/option',
      hint: 'say which one with the option `breaker`',
    });
  return only;
};

const named = (breakers: readonly NamedBreakerSpec[], name: string, names: string): NamedBreakerSpec => {
  const found = breakers.find((one) => one.name === name);
  if (found === undefined)
    throw wrong('breaker', name, names === '' ? 'one of the policy, which has none' : names);
  if (found.guards.kind === 'requests')
    throw wrong(
      'breaker',
      name,
      'a breaker of calls',
      'one with key, when, unless or counts stands before requests: createProtection asks it',
    );
  return found;
};

const COUNTS = ['failures', 'window', 'minimumCalls', 'recovery', 'probes'] as const;

/** What no policy has checked. */
const checked = (spec: BreakerGiven): BreakerGiven => {
  const {name, rate, healthCheck = DEFAULT_HEALTH_CHECK} = spec;
  if (typeof name !== 'string' || name === '' || name.includes(' '))
    throw wrong('spec.name', name, 'a name without spaces');
  for (const field of COUNTS)
    if (!Number.isSafeInteger(spec[field]) || spec[field] < 1)
      throw wrong(`spec.${field}`, spec[field], 'a whole number of 1 or more');
  if (rate !== undefined && !(rate > 0 && rate <= 1))
    throw wrong('spec.rate', rate, 'a share above 0, up to 1');
  if (!Number.isSafeInteger(healthCheck) || healthCheck < 1_000)
    throw wrong('spec.healthCheck', healthCheck, 'a whole number of µs of 1000 or more');
  return spec;
};
