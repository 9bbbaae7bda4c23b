import type {BreakerSpec} from '../../../engine/breaker-spec.ts';
import type {NamedBreakerSpec} from '../../../engine/policy-model.ts';
import {type Problems, pathTo} from '../../problems.ts';
import {BREAKER_FIELDS} from '../../section-fields.ts';
import {MAX_BREAKERS, MAX_CALLS, MAX_FAILURES, MAX_PROBES} from '../../section-types.ts';
import type {SourceNode} from '../../source/source-node.ts';
import {VALUE_TYPES} from '../../value-types.ts';
import {readCount} from '../read-count.ts';
import {type Fields, readFields, readOr} from '../read-fields.ts';
import {shareOf} from '../read-share.ts';
import {readNamed} from './read-named.ts';
import {DAY, MINUTE, SHORTEST, spanFrom} from './read-span.ts';

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
    if (fields === undefined) return undefined;
    const rate = fields.has('rate') ? readRate(fields.get('rate')!.value, path, problems) : otherwise.rate;
    if (rate === undefined) refuseWithoutRate(fields, path, problems);
    const breaker: BreakerSpec = {
      failures: readOr(fields, 'failures', otherwise.failures, path, problems, countTo(MAX_FAILURES)),
      rate,
      window: readOr(fields, 'window', otherwise.window, path, problems, readSpan),
      minimumCalls: readOr(
        fields,
        'minimumCalls',
        otherwise.minimumCalls,
        path,
        problems,
        countTo(MAX_CALLS),
      ),
      recovery: readOr(fields, 'recovery', otherwise.recovery, path, problems, readSpan),
      probes: readOr(fields, 'probes', otherwise.probes, path, problems, countTo(MAX_PROBES)),
    };
    return problems.count === before ? breaker : undefined;
  };

/** `50%` as 0.5; undefined for `none`, and after a problem. */
const readRate = (node: SourceNode, path: string, problems: Problems): number | undefined => {
  if (node.kind === 'scalar' && node.value === 'none') return undefined;
  const share = shareOf(node);
  if (share !== undefined && share > 0) return share;
  const hint = share === 0 ? 'rate: none looks at no share' : shareHint(node);
  problems.expected(node, pathTo(path, 'rate'), VALUE_TYPES.failureRate.expected, hint);
  return undefined;
};

/** `0.5` and `50` are what other tools take. */
const shareHint = (node: SourceNode): string | undefined => {
  const value = node.kind === 'scalar' && typeof node.value === 'number' ? node.value : 0;
  if (!(value > 0 && value <= 100)) return undefined;
  const percent = Number((value < 1 ? value * 100 : value).toFixed(2));
  return percent > 0 ? `did you mean "${percent}%"?` : undefined;
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

/** `breakers`. */
export const readBreakers = (
  node: SourceNode | undefined,
  problems: Problems,
): readonly NamedBreakerSpec[] => {
  const section = {expected: VALUE_TYPES.breakers.expected, plural: 'circuit breakers', most: MAX_BREAKERS};
  const read = breakerOr(BREAKER_DEFAULTS);
  return readNamed(node, 'breakers', section, problems, (name, value, path) => {
    const breaker = read(value, path, problems);
    return breaker && {name, ...breaker, guards: {kind: 'calls'}, healthCheck: 10_000_000};
  });
};
