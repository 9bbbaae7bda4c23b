/** Edit distance (insert, delete, substitute, transpose neighbours), cut off above `limit`. Optimal string alignment. */
const distance = (a: string, b: string): number => {
  const rows = Array.from({length: a.length + 1}, (_, i) => [i, ...new Array<number>(b.length).fill(0)]);
  for (let j = 0; j <= b.length; j++) rows[0]![j] = j;
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min(rows[i - 1]![j]! + 1, rows[i]![j - 1]! + 1, rows[i - 1]![j - 1]! + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, rows[i - 2]![j - 2]! + 1);
      rows[i]![j] = best;
    }
  }
  return rows[a.length]![b.length]!;
};

/** The candidate a typo most likely meant, or `undefined` when none is near (more than a third of its letters differ). */
export const suggest = (typed: string, candidates: readonly string[]): string | undefined => {
  if (typed.length > 64) return undefined;
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const d = distance(typed.toLowerCase(), candidate.toLowerCase());
    if (d < bestDistance) [best, bestDistance] = [candidate, d];
  }
  return best !== undefined && bestDistance <= Math.max(1, Math.floor(best.length / 3)) ? best : undefined;
};

/** ` (did you mean "burst"?)` or an empty string: to be put at the end of a message. */
export const didYouMean = (typed: string, candidates: readonly string[]): string => {
  const found = suggest(typed, candidates);
  return found === undefined ? '' : ` (did you mean "${found}"?)`;
};
