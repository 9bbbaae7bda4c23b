import type {BreakerSpec} from '../../../engine/breaker-spec.ts';
import type {NamedBreakerSpec} from '../../../engine/policy-model.ts';
import {type Problems, pathTo} from '../../problems.ts';
import {BREAKER_FIELDS, NAMED_BREAKER_FIELDS} from '../../section-fields.ts';
import {MAX_BREAKERS, MAX_CALLS, MAX_FAILURES, MAX_PROBES} from '../../section-types.ts';
import type {SourceNode} from '../../source/source-node.ts';
import {VALUE_TYPES} from '../../value-types.ts';
import {readCount} from '../read-count.ts';
import {type Fields, readFields, readOr} from '../read-fields.ts';
import {percentHint} from '../read-percent.ts';
import {shareOf} from '../read-share.ts';
import {readGuard} from './read-breaker-guard.ts';
import {readNamed} from './read-named.ts';
import {DAY, MINUTE, SECOND, SHORTEST, spanFrom} from './read-span.ts';

/** What an entry of `breakers` leaves out. */
const BREAKER_DEFAULTS: BreakerSpec = {
  failures: 5,
  rate: 0.5,
  window: MINUTE,
  minimumCalls: 10,
  recovery: MINUTE,
  probes: 1,
};

/** What the `breaker` of a token provider leaves out: refreshes are few, so a share of them says little. */
export const TOKEN_BREAKER_DEFAULTS: BreakerSpec = {
  failures: 3,
  rate: undefined,
  window: 10 * MINUTE,
  minimumCalls: 1,
  recovery: 5 * MINUTE,
  probes: 1,
};

const HEALTH_CHECK = 10 * SECOND;
const UNSIMULATED =
  'not evaluated by simulate: it guards calls, which no trace has; "key", "when", "unless" or "counts" makes it guard requests';

const readSpan = spanFrom(SHORTEST, DAY);

const countTo =
  (max: number) =>
  (node: SourceNode, path: string, problems: Problems): number | undefined =>
    readCount(node, path, {min: 1, max}, problems);

/** One circuit breaker; what is left out is that of `otherwise`. */
export const breakerOr =
  (otherwise: BreakerSpec) =>
  (node: SourceNode, path: string, problems: Problems): BreakerSpec | undefined => {
    const before = problems.count;
    const fields = readFields(node, path, BREAKER_FIELDS, problems, VALUE_TYPES.breaker.expected);
    const breaker = fields && specOf(fields, otherwise, path, problems);
    return problems.count === before ? breaker : undefined;
  };

const specOf = (fields: Fields, otherwise: BreakerSpec, path: string, problems: Problems): BreakerSpec => {
  const rate = fields.has('rate') ? readRate(fields.get('rate')!.value, path, problems) : otherwise.rate;
  if (rate === undefined) refuseWithoutRate(fields, path, problems);
  return {
    failures: readOr(fields, 'failures', otherwise.failures, path, problems, countTo(MAX_FAILURES)),
    rate,
    window: readOr(fields, 'window', otherwise.window, path, problems, readSpan),
    minimumCalls: readOr(fields, 'minimumCalls', otherwise.minimumCalls, path, problems, countTo(MAX_CALLS)),
    recovery: readOr(fields, 'recovery', otherwise.recovery, path, problems, readSpan),
    probes: readOr(fields, 'probes', otherwise.probes, path, problems, countTo(MAX_PROBES)),
  };
};

/** `50%` as 0.5; undefined for `none`, and after a problem. */
const readRate = (node: SourceNode, path: string, problems: Problems): number | undefined => {
  if (node.kind === 'scalar' && node.value === 'none') return undefined;
  const share = shareOf(node);
  if (share !== undefined && share > 0) return share;
  const hint = share === 0 ? 'rate: none looks at no share' : percentHint(node, 1);
  problems.expected(node, pathTo(path, 'rate'), VALUE_TYPES.failureRate.expected, hint);
  return undefined;
};

const refuseWithoutRate = (fields: Fields, path: string, problems: Problems): void => {
  const given = fields.get('rate')?.value;
  // A rate that is wrong has its own message.
  if (given !== undefined && !(given.kind === 'scalar' && given.value === 'none')) return;
  for (const name of ['window', 'minimumCalls']) {
    const entry = fields.get(name);
    if (entry === undefined) continue;
    problems.report(entry.keyAt, pathTo(path, name), 'means nothing without a "rate"', {
      hint: `add rate: 50%, or leave "${name}" out`,
    });
  }
};

/** `breakers`. `refuses`: whether the policy has limits. */
export const readBreakers = (
  node: SourceNode | undefined,
  refuses: boolean,
  problems: Problems,
): readonly NamedBreakerSpec[] => {
  const {expected} = VALUE_TYPES.namedBreakers;
  const section = {expected, plural: 'circuit breakers', most: MAX_BREAKERS};
  return readNamed(node, 'breakers', section, problems, (name, value, path) => {
    const before = problems.count;
    const what = VALUE_TYPES.breaker.expected;
    const fields = readFields(value, path, NAMED_BREAKER_FIELDS, problems, what);
    if (fields === undefined) return undefined;
    const breaker: NamedBreakerSpec = {
      name,
      ...specOf(fields, BREAKER_DEFAULTS, path, problems),
      guards: readGuard(fields, path, refuses, problems),
      healthCheck: readOr(fields, 'healthCheck', HEALTH_CHECK, path, problems, readSpan),
    };
    const check = fields.get('healthCheck');
    if (breaker.guards.kind === 'calls') problems.warn(value.at, path, UNSIMULATED);
    else if (check !== undefined)
      problems.warn(
        check.keyAt,
        pathTo(path, 'healthCheck'),
        'has no effect: requests themselves are the probes',
      );
    return problems.count === before ? breaker : undefined;
  });
};
