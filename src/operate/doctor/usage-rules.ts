import {quoted} from '../../base/safe-text.ts';
import {BucketSet} from '../../engine/bucket-set.ts';
import type {AlgorithmSpec, LimitSpec} from '../../engine/policy-model.ts';
import type {HotKey} from '../../store/port.ts';
import {listText, percentOf, plural} from './amounts.ts';
import {keyCommand} from './key-command.ts';
import {attributesOfLimit} from './policy-rules.ts';
import {isPrivateAddress} from './private-address.ts';
import {all, count, found, type Outcome, ok, type Rule, share, text, unseen} from './rule.ts';
import type {HeldOverride, Sums, UsageFacts} from './usage-facts.ts';

const LEAST_REFUSED = 100;
const ONE_KEY = 0.8;
const LEAST_ASKED = 10_000;
const LEAST_TO_COMPARE = 1_000;
const SKIPPED = 0.5;
const NEARLY_ALL = 0.9;

export const USAGE_RULES: readonly Rule<UsageFacts>[] = [
  {
    id: 'usage/one-key',
    title: 'refusals are those of many keys',
    why: 'one key that has nearly all refusals is either one client gone wild, or all clients counted as one',
    look: (facts) =>
      all(
        topKeys(facts)
          .filter(({address}) => !isPrivateAddress(address.key))
          .map(({address, denied, of}) =>
            found(
              'warning',
              `${quoted(address.key)} has ${percentOf(denied / of)} of the ${plural(of, 'refusal')} of ${address.limit} since the hour before`,
              {
                where: `${address.limit}/${address.key}`,
                evidence: [count('refusals', denied), count('of', of), share('share', denied / of)],
                next: `${keyCommand('ratectl explain', address.limit, address.key)} # is the key what tells clients apart?`,
              },
            ),
          ),
        count('refusals', refusalsOf(facts.lately)),
      ),
  },
  {
    id: 'usage/proxy-address',
    title: 'clients are told apart behind proxies',
    why: 'a private address as key is that of a proxy or load balancer: all clients behind it share one budget, and refuse each other',
    look: (facts) =>
      all(
        topKeys(facts)
          .filter(({address}) => isPrivateAddress(address.key))
          .map(({address, denied, of}) =>
            found(
              'error',
              `the private address ${address.key} has ${percentOf(denied / of)} of the ${plural(of, 'refusal')} of ${address.limit} since the hour before`,
              {
                where: `${address.limit}/${address.key}`,
                evidence: [count('refusals', denied), count('of', of), share('share', denied / of)],
                next: 'set identity.trustedProxies of the adapter (docs/library.md, "Who is the client"): trustedProxies: [\'private\']',
              },
            ),
          ),
      ),
  },
  {
    id: 'usage/unused',
    title: 'every limit of the policy is asked',
    why: 'a limit that nothing reaches protects nothing: a matcher that never fits, a missing attribute, or a policy that is not deployed',
    look: (facts) =>
      compared(facts, ({policy, week}) =>
        all(
          policy.limits
            .filter(({name}) => !week.has(name))
            .map(({name}) =>
              found('note', `no request has reached ${name} in the last 7 days, while others were reached`, {
                where: name,
                evidence: [count('limits reached', week.size)],
                next: 'see why a request does not meet it: ratectl explain --attributes NAME=VALUE,…',
              }),
            ),
          count('limits', policy.limits.length),
        ),
      ),
  },
  {
    id: 'usage/skipped',
    title: 'no limit skips most requests',
    why: 'a limit skips requests without an attribute of its key: it does not limit those, and nobody is told',
    look: (facts) =>
      compared(facts, ({policy, week}) =>
        all(policy.limits.map((limit, i) => skippedOf(limit, policy.limits.slice(0, i), week))),
      ),
  },
  {
    id: 'usage/never-denied',
    title: 'limits are reached at times',
    why: 'a limit far above the traffic protects from nothing that has happened yet',
    look: (facts) =>
      compared(facts, ({policy, week}) =>
        all(
          policy.limits.flatMap(({name}) => {
            const sums = week.get(name);
            if (sums === undefined || sums.asked < LEAST_ASKED || sums.denied + sums.shadowDenied > 0)
              return [];
            return [
              found(
                'note',
                `${name} has refused none of ${plural(sums.asked, 'request')} in the last 7 days`,
                {
                  where: name,
                  evidence: [count('asked', sums.asked)],
                  next: 'ratectl report --since 7d # shows how much of it is used',
                },
              ),
            ];
          }),
        ),
      ),
  },
  {
    id: 'usage/other-policies',
    title: 'all applications enforce the same policy',
    why: 'each policy counts in rows of its own: a key is granted what both allow',
    look: (facts) => otherPolicies(facts),
  },
];

interface TopKey {
  readonly address: UsageFacts['refused'][number]['address'];
  readonly denied: number;
  /** Refusals of its limit. */
  readonly of: number;
}

/** Of each limit that tells clients apart, the key that has nearly all of its refusals. */
const topKeys = ({refused, lately, policy}: UsageFacts): readonly TopKey[] => {
  const seen = new Set<string>();
  return refused.flatMap(({address, denied}) => {
    if (seen.has(address.limit)) return [];
    seen.add(address.limit);
    const {denied: enforced = 0, shadowDenied = 0} = lately.get(address.limit) ?? {};
    const of = Math.max(denied, enforced + shadowDenied);
    const limit = policy?.limits.find(({name}) => name === address.limit);
    // A limit that all share has one key.
    const isShared = limit !== undefined && attributesOfLimit(limit).length === 0;
    return of >= LEAST_REFUSED && denied / of >= ONE_KEY && !isShared ? [{address, denied, of}] : [];
  });
};

const refusalsOf = (sums: ReadonlyMap<string, Sums>): number =>
  [...sums.values()].reduce((total, {denied, shadowDenied}) => total + denied + shadowDenied, 0);

type WithPolicy = UsageFacts & {readonly policy: NonNullable<UsageFacts['policy']>};

/** Needs a policy to compare with, and traffic. */
const compared = (facts: UsageFacts, look: (facts: WithPolicy) => Outcome): Outcome => {
  if (facts.policy === undefined) return unseen('there is no policy to compare with');
  if (facts.week.size === 0) return unseen('no application has told of a request within the last 7 days');
  return look(facts as WithPolicy);
};

/**
 * Every request reaches a limit without matchers, unless one before it refused: at least so many did as reached the limit that was
 * reached most, less the refusals before.
 */
const skippedOf = (
  limit: LimitSpec,
  before: readonly LimitSpec[],
  week: ReadonlyMap<string, Sums>,
): Outcome => {
  const sums = week.get(limit.name);
  if (sums === undefined || limit.when.length > 0 || limit.unless.length > 0) return ok();
  const names = attributesOfLimit(limit);
  const refused = before.reduce((total, {name}) => total + (week.get(name)?.denied ?? 0), 0);
  const expected = Math.max(...[...week.values()].map(({asked}) => asked)) - refused;
  const skipped = 1 - sums.asked / expected;
  if (names.length === 0 || expected < LEAST_TO_COMPARE || skipped < SKIPPED) return ok();
  return found(
    skipped < NEARLY_ALL ? 'note' : 'warning',
    `${limit.name} skips ${percentOf(skipped)} of the requests: they come without ${listText(names)}`,
    {
      where: limit.name,
      evidence: [count('reached it', sums.asked), count('requests', expected), share('skipped', skipped)],
      next: 'check the option "attributes" of the adapter, and try a request: ratectl explain --attributes NAME=VALUE,…',
    },
  );
};

const otherPolicies = ({policy, lately, hot, overrides}: UsageFacts): Outcome => {
  if (policy === undefined) return unseen('there is no policy to compare with');
  const known = new Map(policy.limits.map((limit) => [limit.name, shapesOf(limit, overrides)]));
  const strangers = [...lately.keys()].filter((name) => !known.has(name)).sort();
  const shapes = hot.filter((key) => isOtherShape(key, known));
  const limits = [...new Set(shapes.map(({address}) => address.limit))].sort();
  return all([
    ...(strangers.length === 0
      ? []
      : [
          found(
            'warning',
            `applications enforce limits that the policy in force does not have: ${listText(strangers)}`,
            {
              where: strangers.join(', '),
              evidence: [text('limits', strangers.join(', '))],
              next: 'look for instances of an older or newer deployment, or for another application on the same store: give that one a prefix of its own',
            },
          ),
        ]),
    ...(limits.length === 0
      ? []
      : [
          found(
            'warning',
            `${plural(shapes.length, 'key')} of ${listText(limits)} ${shapes.length === 1 ? 'is' : 'are'} limited in buckets that the policy in force does not have`,
            {
              where: limits.join(', '),
              evidence: [count('keys', shapes.length)],
              next: 'look for instances of an older deployment; rows marked (other) are theirs: ratectl status --all -o wide',
            },
          ),
        ]),
  ]);
};

const isOtherShape = ({address}: HotKey, known: ReadonlyMap<string, ReadonlySet<string>>): boolean => {
  const shapes = known.get(address.limit);
  return shapes !== undefined && !shapes.has(address.shape);
};

/** The shapes of all rows that a limit may have, those of overrides included. */
const shapesOf = ({name, plan, overrides}: LimitSpec, live: readonly HeldOverride[]): ReadonlySet<string> => {
  const written = [...overrides.values()].flatMap((one) => (one.kind === 'buckets' ? [one.buckets] : []));
  const set = live.flatMap(({limit, effect}) =>
    limit === name && effect.kind === 'buckets' ? [effect.buckets] : [],
  );
  const plans: readonly (readonly AlgorithmSpec[])[] =
    plan.kind === 'single' ? [plan.buckets] : [...plan.tiers.values()];
  return new Set([...plans, ...written, ...set].map((buckets) => new BucketSet(buckets).shape));
};
