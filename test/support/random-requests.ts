import fc from 'fast-check';
import {HOUR, S} from './instants.ts';

/** A request to a policy of `random-policies.ts`, `gap` µs after the one before it. */
export const anyRequest = fc.record({
  gap: fc.constantFrom(0, 1, 100_000, 250_000, S, -S, 61 * S),
  cost: fc.constantFrom(1, 1, 1, 2, 0, 7),
  ip: fc.constantFrom('1.1.1.1', '2.2.2.2'),
  tenant: fc.constantFrom('a', 'b', 'c', 'd', ''),
  path: fc.constantFrom('/', '/y', '/health', '/xa', ''),
  plan: fc.constantFrom('free', 'pro', 'none', ''),
});

/** The same fields, for code of its own: jumps of hours and costs beyond 2^53 divided by a rate, too. */
export interface RandomRequest {
  readonly gap: number;
  readonly cost: number;
  readonly ip: string;
  readonly tenant: string;
  readonly path: string;
  readonly plan: string;
}

export const randomRequests = (maxLength: number): fc.Arbitrary<RandomRequest[]> =>
  fc.array(
    fc.record({
      gap: fc.constantFrom(0, 0, 1, 100_000, 250_000, 333_333, S, -S, 61 * S, HOUR, -HOUR, 43_200_000_123),
      cost: fc.oneof(
        {weight: 8, arbitrary: fc.constantFrom(1, 1, 1, 2, 0, 7)},
        {weight: 1, arbitrary: fc.constantFrom(1_000_000_007, 4_000_000_000, Number.MAX_SAFE_INTEGER)},
      ),
      ip: fc.constantFrom('1.1.1.1', '2.2.2.2'),
      tenant: fc.constantFrom('a', 'b', 'c', 'd', ''),
      path: fc.constantFrom('/', '/y', '/health', '/xa', ''),
      plan: fc.constantFrom('free', 'pro', 'none', ''),
    }),
    {minLength: 1, maxLength, size: 'max'},
  );
