import {RatectlError} from '../../base/ratectl-error.ts';
import {quoted} from '../../base/safe-text.ts';
import type {BenchOptions} from '../../bench/bench-options.ts';
import {BUILT_IN} from '../../bench/built-in-policy.ts';
import {MOST_UNDER_WAY} from '../../bench/run-bench.ts';
import {loadPolicy} from '../../policy/load-policy.ts';
import type {BenchFlags} from './bench.ts';

const CALLERS = 50;
const DEFAULT_P99 = 5_000;
const FIRST_RATE = 1_000;

/** What flags ask for; the stores come separately. Throws a RatectlError (exit 2) for flags that do not go together. */
export const benchOptions = (
  flags: BenchFlags,
  readPolicy: (path: string) => string,
): Omit<BenchOptions, 'stores' | 'timeoutMs' | 'cpus'> => {
  checkTogether(flags);
  const {rate, arrivals = 'constant', sweep, connections, p99 = DEFAULT_P99, policy} = flags;
  const {processes, warmup, duration, runs, keys, distribution, seed, accuracy = false} = flags;
  const load: BenchOptions['load'] =
    sweep === true
      ? {kind: 'sweep', from: rate ?? FIRST_RATE, arrivals, p99}
      : rate === undefined
        ? {kind: 'closed'}
        : {kind: 'open', rate, arrivals};
  const given = policy === undefined ? undefined : loadPolicy(readPolicy(policy));
  return {
    load,
    connections: connections ?? (load.kind === 'closed' ? Math.max(CALLERS, processes) : MOST_UNDER_WAY),
    policy: given ?? BUILT_IN,
    policyFile: policy ?? null,
    attributes: attributesOf(flags.attribute ?? []),
    ...{processes, warmup, duration, runs, keys, distribution, seed, accuracy},
  };
};

const refuse = (message: string, hint: string): never => {
  throw new RatectlError(message, {code: 'usage/bench', hint});
};

const checkTogether = (flags: BenchFlags): void => {
  const {rate, sweep, arrivals, p99, runs, connections, processes, compare, maxRegression} = flags;
  const isOpen = rate !== undefined || sweep === true;
  if (arrivals !== undefined && !isOpen)
    refuse(
      '--arrivals without --rate: in a closed loop requests come when answers do',
      'for example --rate 1000 --arrivals poisson',
    );
  if (p99 !== undefined && sweep !== true)
    refuse('--p99 without --sweep: it says which rates hold', 'add --sweep, or leave it out');
  if (sweep === true && runs > 1)
    refuse('--runs with --sweep: a sweep is many runs already', 'leave one of them out');
  if (!isOpen && connections !== undefined && connections < processes)
    refuse(
      `${connections} callers cannot be shared by ${processes} processes`,
      'give each process one caller at least: --connections',
    );
  if (maxRegression !== undefined && compare === undefined)
    refuse(
      '--max-regression without --compare: there is nothing to compare with',
      'name a result that --save wrote: --compare FILE',
    );
};

const attributesOf = (pairs: readonly string[]): Readonly<Record<string, string>> => {
  const attributes: Record<string, string> = {};
  for (const pair of pairs) {
    const [, name, value] = /^([A-Za-z_][A-Za-z0-9_.-]*)=(.*)$/s.exec(pair) ?? [];
    if (name === undefined || value === undefined)
      return refuse(
        `--attribute: expected NAME=VALUE, got ${quoted(pair)}`,
        'for example --attribute plan=free',
      );
    if (Object.hasOwn(attributes, name))
      return refuse(`--attribute: ${name} is given twice`, 'one value for each name');
    attributes[name] = value;
  }
  return attributes;
};
