/**
 * What a token bucket gave from refusal to refusal. At each of them less than one unit is left, and between two it is never full, so
 * what was admitted is rate × time to the unit. From the first answer on it is not: until all processes ask, fewer units are asked for
 * than flow in, and what flows into a full bucket is nobody's.
 */
export interface Refill {
  readonly bucket: number;
  readonly least: number;
  readonly most: number;
}

/** An answer: the store's clock, µs, and how many units were admitted of the `asked` of each call. */
export type Answered = readonly [now: number, admitted: number];

export const refillOf = (
  answered: readonly Answered[],
  asked: number,
  {burst, count, per}: {readonly burst: number; readonly count: number; readonly per: number},
): Refill => {
  // Of one instant those that were granted most came first: nothing flows in between.
  const inOrder = answered.toSorted((a, b) => a[0] - b[0] || b[1] - a[1]);
  let [bucket, spans, interruptions, sinceRefusal] = [0, 0, 0, 0];
  let refusedAt = Number.NaN;
  for (const [now, admitted] of inOrder) {
    sinceRefusal += admitted;
    if (admitted === asked) continue;
    // A pause of all processes in which it may have become full is left out, as is what was before the first refusal.
    if (now - refusedAt < (burst * per) / count) {
      bucket += sinceRefusal;
      spans += now - refusedAt;
    } else interruptions++;
    refusedAt = now;
    sinceRefusal = 0;
  }
  const flowedIn = (spans * count) / per;
  return {bucket, least: flowedIn - interruptions, most: flowedIn + interruptions};
};
