import type {Policy} from '../policy-model.ts';
import {type Attributes, conditionOf, textOf} from './attributes.ts';

/** The attribute by which a request names its class itself. */
export const PRIORITY_ATTRIBUTE = 'priority';

/**
 * How important a request is, as the index of its class in `policy.priorities` (0: the most important): the class that its
 * attribute `priority` names, else the first whose `when` it matches, else the first without a `when`, else the last. Without
 * classes it is 0.
 */
export const prioritiesOf = ({
  priorities,
}: Pick<Policy, 'priorities'>): ((attributes: Attributes) => number) => {
  const byName = new Map(priorities.map(({name}, index) => [name, index]));
  const conditions = priorities.map(({when}) => (when.length > 0 ? conditionOf(when) : undefined));
  const plain = conditions.indexOf(undefined);
  const otherwise = plain < 0 ? Math.max(0, priorities.length - 1) : plain;
  return (attributes) => {
    const named = byName.get(textOf(attributes, PRIORITY_ATTRIBUTE));
    if (named !== undefined) return named;
    const first = conditions.findIndex((matches) => matches?.(attributes));
    return first < 0 ? otherwise : first;
  };
};
