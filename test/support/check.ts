import fc from 'fast-check';

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
    {numRuns: runs, examples: kept.map((value) => [value])},
  );
};
