import {RatectlError} from '../../base/ratectl-error.ts';
import {quoted} from '../../base/safe-text.ts';
import type {QueueSpec} from '../../engine/queue-spec.ts';
import {loadGivenPolicy} from '../../policy/given-policy.ts';
import type {QueueOptions} from './queue-options.ts';

/** Options with everything decided. */
export interface QueueSettings {
  readonly spec: QueueSpec;
  readonly timeoutMs: number;
  readonly enabled: boolean;
  readonly random: () => number;
}

/** Reads options. Throws a RatectlError that names the option, or what is wrong with the policy. */
export const queueSettings = (options: QueueOptions): QueueSettings => {
  const {timeoutMs = 5_000, enabled = true, random = Math.random} = options;
  if (!Number.isInteger(timeoutMs) || timeoutMs < 10 || timeoutMs > 60_000)
    throw wrong('timeoutMs', timeoutMs, 'a whole number of milliseconds from 10 to 60000');
  return {spec: specOf(options), timeoutMs, enabled, random};
};

const wrong = (option: string, value: unknown, expected: string): RatectlError =>
  new RatectlError(`createQueue: ${option} is ${quoted(String(value))}, expected ${expected}`, {
    code: 'queue/option',
  });

const specOf = ({spec, policy = './ratectl.yaml', queue}: QueueOptions): QueueSpec => {
  const specs =
    spec === undefined
      ? loadGivenPolicy(policy, (value) =>
          wrong('policy', value, 'the path of a policy file, or a policy as an object'),
        ).policy.queues
      : [spec];
  const names = specs.map(({name}) => name).join(', ');
  if (queue !== undefined) {
    const named = specs.find(({name}) => name === queue);
    if (named === undefined)
      throw wrong('queue', queue, names === '' ? 'one of the policy, which has none' : names);
    return named;
  }
  const [only, another] = specs;
  if (only === undefined)
    throw new RatectlError('createQueue: the policy describes no queue', {
      code: 'queue/option',
      hint: 'add one under `queue:`, or give a spec',
    });
  if (another !== undefined)
    throw new RatectlError(`createQueue: the policy describes several queues: ${names}`, {
      code: 'queue/option',
      hint: 'say which one with the option `queue`',
    });
  return only;
};
