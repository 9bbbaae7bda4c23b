/**
 * The smallest whole `e ≥ 0` for which `holds(e)`, given a guess that is off by rounding only and a predicate that, once
 * true, stays true. Makes a wait exact for formulas computed in doubles: the answer is checked with the formula itself.
 */
export const firstInstant = (guess: number, holds: (elapsed: number) => boolean): number => {
  let e = Math.max(0, Math.ceil(guess));
  while (e > 0 && holds(e - 1)) e--;
  while (!holds(e)) e++;
  return e;
};
