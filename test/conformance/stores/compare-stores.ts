import {expect} from 'vitest';
import type {Check, CheckAnswer, LayerVerdict} from '../../../src/engine/live/check.ts';
import {Kind} from '../../../src/engine/verdict.ts';
import type {OpenedStore} from './openers.ts';

const FIELDS: readonly (keyof LayerVerdict)[] = [
  'kind',
  'remaining',
  'capacity',
  'retryAfter',
  'resetAfter',
  'delay',
  'fencingToken',
];

/** How many decisions were compared, and how many of them refused somebody. */
export interface Compared {
  readonly decisions: number;
  readonly refused: number;
}

/**
 * Asks all stores the same checks and compares every number of every answer with the first one's. A difference is shown with
 * the check that it is about.
 */
export const compareStores = async (
  stores: readonly OpenedStore[],
  checks: readonly Check[],
  now: number,
): Promise<Compared> => {
  const [expected, ...others] = await Promise.all(stores.map(({store}) => store.check(checks)));
  for (const [n, answers] of others.entries()) {
    for (let i = 0; i < checks.length; i++) {
      if (isSame(expected![i]!, answers[i]!)) continue;
      const {layers, charge} = checks[i]!;
      const asked = layers.map(({address, cost, buckets}) => ({
        address,
        cost,
        buckets: buckets.buckets.map(({spec}) => spec),
      }));
      const why = `${stores[n + 1]!.name} differs from ${stores[0]!.name} at ${now}, ${charge}: ${JSON.stringify(asked)}`;
      expect(answers[i]!.verdicts, why).toEqual(expected![i]!.verdicts);
    }
  }
  const refused = expected!.filter(({verdicts}) => verdicts.some(({kind}) => kind !== Kind.allow));
  return {decisions: checks.length, refused: refused.length};
};

const isSame = (a: CheckAnswer, b: CheckAnswer): boolean =>
  a.verdicts.length === b.verdicts.length &&
  a.verdicts.every((verdict, i) => FIELDS.every((field) => verdict[field] === b.verdicts[i]![field]));
