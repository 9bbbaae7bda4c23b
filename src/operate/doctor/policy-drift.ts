import type {Policy} from '../../engine/policy-model.ts';

/** What two policies do not agree on, in words; comments, order of fields and ways of writing do not count. */
export const changedParts = (local: Policy, published: Policy): readonly string[] => {
  const parts = [
    ...named('limit', local.limits, published.limits),
    ...named('token', local.tokens, published.tokens),
    ...named('queue', local.queues, published.queues),
    ...named('breaker', local.breakers, published.breakers),
    ...named('pool', local.pools, published.pools),
    ...OTHERS.filter((part) => textOf(local[part]) !== textOf(published[part])),
  ];
  const order = (policy: Policy): string => policy.limits.map(({name}) => name).join(' ');
  return parts.length === 0 && order(local) !== order(published) ? ['the order of the limits'] : parts;
};

const OTHERS = [
  'charge',
  'onStoreError',
  'priorities',
  'adaptive',
  'behaviour',
  'degradation',
] as const satisfies readonly (keyof Policy)[];

const named = (
  what: string,
  local: readonly {readonly name: string}[],
  published: readonly {readonly name: string}[],
): readonly string[] => {
  const there = new Map(published.map((one) => [one.name, one]));
  const here = new Set(local.map(({name}) => name));
  return [
    ...local.flatMap((one) => {
      const other = there.get(one.name);
      if (other === undefined) return [`${what} ${one.name} is not in force`];
      return textOf(one) === textOf(other) ? [] : [`${what} ${one.name} is another`];
    }),
    ...published.flatMap(({name}) => (here.has(name) ? [] : [`${what} ${name} is only in force`])),
  ];
};

/** Maps and numbers without end are no JSON. */
const textOf = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) => {
    if (inner instanceof Map) return {map: [...inner].sort(([a], [b]) => (String(a) < String(b) ? -1 : 1))};
    if (inner instanceof Set) return {set: [...inner]};
    return typeof inner === 'number' && !Number.isFinite(inner) ? String(inner) : inner;
  }) ?? 'undefined';
