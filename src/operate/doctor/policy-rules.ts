import type {LimitSpec, Policy} from '../../engine/policy-model.ts';
import type {Seen} from '../../store/examination.ts';
import {listText} from './amounts.ts';
import type {ConfigProblem} from './configuration-rules.ts';
import {changedParts} from './policy-drift.ts';
import {all, count, found, judge, type Outcome, ok, type Rule, text, unseen} from './rule.ts';

/** A policy and what it is called for people. */
export interface NamedPolicy {
  readonly policy: Policy;
  readonly file: string;
  /** Of its reader, each with its place. */
  readonly warnings: readonly string[];
}

export interface PolicyFacts {
  /** That of --policy, the environment, the context or ratectl.yaml; undefined: there is none. */
  readonly local: NamedPolicy | undefined;
  readonly localProblem: ConfigProblem | undefined;
  /** What applications published in the store; undefined: none. */
  readonly published: Seen<NamedPolicy | undefined>;
  /** That what is published cannot be used. */
  readonly publishedProblem: string | undefined;
  /** Limits that were asked lately: the attributes of these come. */
  readonly asked: Seen<ReadonlySet<string>>;
}

/** The one that the applications have, else the local one. */
export const policyInForce = ({local, published}: PolicyFacts): NamedPolicy | undefined =>
  (published.seen ? published.value : undefined) ?? local;

/** Attributes that the adapters for HTTP give every request (docs/library.md), and those of trades that have their own. */
const GIVEN = new Set(['ip', 'key', 'method', 'host', 'path']);

export const POLICY_RULES: readonly Rule<PolicyFacts>[] = [
  {
    id: 'policy/valid',
    title: 'the local policy is valid',
    why: 'applications that are started with it refuse to start, and commands that need it end with this error',
    look: ({local, localProblem}) =>
      localProblem === undefined
        ? ok(...(local === undefined ? [] : [text('file', local.file)]))
        : found('error', localProblem.message, {where: localProblem.where, next: localProblem.hint}),
  },
  {
    id: 'policy/found',
    title: 'there is a policy',
    why: 'without one keys are listed and not judged: nobody can say who is limited',
    look: (facts) => {
      const inForce = policyInForce(facts);
      if (inForce !== undefined) return ok(count('limits', inForce.policy.limits.length));
      if (facts.localProblem !== undefined || facts.publishedProblem !== undefined) return ok();
      return facts.published.seen
        ? found(
            'note',
            'there is no policy: none is published in the store, and there is no ratectl.yaml here',
            {
              next: 'ratectl init',
            },
          )
        : unseen(facts.published.why);
    },
  },
  {
    id: 'policy/warnings',
    title: 'the local policy says what was meant',
    why: 'it is allowed, and probably does something else than whoever wrote it thinks',
    look: ({local}) =>
      all((local?.warnings ?? []).map((warning) => found('note', warning, {next: 'ratectl validate'}))),
  },
  {
    id: 'policy/published',
    title: 'the policy in the store can be read',
    why: 'commands go by another policy than the applications, or by none',
    look: ({published, publishedProblem}) =>
      publishedProblem !== undefined
        ? found('warning', `the policy that applications published cannot be used: ${publishedProblem}`, {
            next: 'update ratectl to the version of the applications, or name the policy with --policy',
          })
        : judge(published, (value) => ok(text('published', value === undefined ? 'none' : value.file))),
  },
  {
    id: 'policy/drift',
    title: 'the local policy is the one in force',
    why: 'what is tried out here – validate, simulate – is not what the applications enforce',
    look: ({local, published}) =>
      judge(published, (value) => {
        if (local === undefined || value === undefined) return ok();
        const changed = changedParts(local.policy, value.policy);
        return changed.length === 0
          ? ok(text('file', local.file))
          : found('warning', `${local.file} differs from the policy in force: ${listText(changed, 4)}`, {
              where: local.file,
              evidence: [count('differences', changed.length)],
              next: `deploy ${local.file}, or take over what is in force; ratectl status says which one it goes by`,
            });
      }),
  },
  {
    id: 'policy/attributes',
    title: 'attributes that the policy needs come with every request',
    why: 'a limit whose key needs a missing attribute skips the request: it limits nothing, and nobody is told',
    look: (facts) => {
      const inForce = policyInForce(facts);
      if (inForce === undefined) return ok();
      const names = [...attributesOf(inForce.policy.limits).keys()];
      if (names.every((name) => GIVEN.has(name)))
        return ok(text('attributes', names.length === 0 ? 'none' : names.join(', ')));
      return judge(facts.asked, (asked) => attributesOutcome(inForce, asked));
    },
  },
];

const attributesOutcome = ({policy, file}: NamedPolicy, asked: ReadonlySet<string>): Outcome => {
  const needed = attributesOf(policy.limits.filter(({name}) => !asked.has(name)));
  const own = [...needed.keys()].filter((name) => !GIVEN.has(name));
  if (own.length === 0) return ok(text('attributes', [...attributesOf(policy.limits).keys()].join(', ')));
  const limits = [...new Set(own.flatMap((name) => needed.get(name)!))];
  return found(
    'note',
    `${listText(limits)} ${limits.length === 1 ? 'needs' : 'need'} ${listText(own, 5)} with every request, and no request with ${own.length === 1 ? 'it' : 'them'} was seen yet`,
    {
      where: file,
      evidence: [text('attributes', own.join(', ')), text('limits', limits.join(', '))],
      next: 'check the option "attributes" of the adapter, or the first argument of limiter.check()',
    },
  );
};

/** Attributes of keys and tiers, each with the limits that need it. */
const attributesOf = (limits: readonly LimitSpec[]): ReadonlyMap<string, readonly string[]> => {
  const needed = new Map<string, string[]>();
  for (const limit of limits)
    for (const name of attributesOfLimit(limit)) needed.set(name, [...(needed.get(name) ?? []), limit.name]);
  return needed;
};

/** Without a default tier a limit skips a request without tier, too. */
export const attributesOfLimit = ({key, plan}: LimitSpec): readonly string[] => {
  const tier = plan.kind === 'tiered' && plan.defaultTier === undefined ? plan.tier : '';
  const found = `${key} ${tier}`.replaceAll('{{', '').matchAll(/\{([A-Za-z_][A-Za-z0-9_.-]*)\}/g);
  return [...new Set([...found].map(([, name]) => name!))];
};
