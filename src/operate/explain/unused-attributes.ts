import {quoted} from '../../base/safe-text.ts';
import {didYouMean} from '../../base/suggest.ts';
import {templateAttributes} from '../../engine/key-template.ts';
import type {Policy} from '../../engine/policy-model.ts';

/** Attributes of a request that no limit looks at, each in a sentence: a name that was misspelt is one of them. */
export const unusedAttributes = (
  attributes: Readonly<Record<string, string>>,
  {limits}: Pick<Policy, 'limits'>,
): readonly string[] => {
  const used = new Set(
    limits.flatMap(({key, when, unless, plan}) => [
      ...templateAttributes(key),
      ...[...when, ...unless].map(({attribute}) => attribute),
      ...(plan.kind === 'tiered' ? templateAttributes(plan.tier) : []),
    ]),
  );
  return Object.keys(attributes)
    .filter((name) => !used.has(name))
    .map((name) => `no limit uses the attribute ${quoted(name)}${didYouMean(name, [...used])}`);
};
