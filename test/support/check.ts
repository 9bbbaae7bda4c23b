import fc from 'fast-check';

/** The seed of every property, so that a run can be repeated; `FC_SEED` tries another one. */
const SEED = Number(process.env['FC_SEED'] ?? 20_240_229);

/** Checks a property. `kept` are inputs that once failed: they are tried first, for ever. */
export const check = <T>(
  arbitrary: fc.Arbitrary<T>,
  holds: (value: T) => void,
  {runs = 300, kept = []}: {runs?: number; kept?: T[]} = {},
): void => {
  fc.assert(
    fc.property(arbitrary, (value) => {
      holds(value);
    }),
    {seed: SEED, numRuns: runs, examples: kept.map((value) => [value])},
  );
};
