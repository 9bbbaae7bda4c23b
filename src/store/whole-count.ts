/** More than any store has of anything: servers refuse to be asked for endlessly many. */
const MOST = 1_000_000;

/** How many of something to answer with, at most: a whole number that every store takes; nothing where less than one is asked for. */
export const wholeCount = (count: number): number => (count >= 1 ? Math.floor(Math.min(count, MOST)) : 0);
