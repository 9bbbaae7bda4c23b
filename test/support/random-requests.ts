import fc from 'fast-check';
import {S} from './instants.ts';

/** A request to `anyPolicy`, `gap` µs after the one before it. */
export const anyRequest = fc.record({
  gap: fc.constantFrom(0, 1, 100_000, 250_000, S, -S, 61 * S),
  cost: fc.constantFrom(1, 1, 1, 2, 0, 7),
  ip: fc.constantFrom('1.1.1.1', '2.2.2.2'),
  tenant: fc.constantFrom('a', 'b', 'c', 'd', ''),
  path: fc.constantFrom('/', '/y', '/health', '/xa', ''),
  plan: fc.constantFrom('free', 'pro', 'none', ''),
});
