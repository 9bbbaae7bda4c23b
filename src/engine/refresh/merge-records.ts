import type {RefreshAttempt, RefreshRecord} from './refresh-record.ts';

/**
 * What to put back when a store has forgotten: `stored` is what is there, `remembered` a later revision that this process has seen.
 * No attempt is forgotten, so that the budget holds; the newer token stays. Attempts are told apart by their fencing tokens, which a
 * store that has forgotten does not hand out again; and when its last one is not later than the one that is remembered, then nothing
 * was granted or installed there since, and it has nothing to add.
 */
export const mergeRecords = (stored: RefreshRecord, remembered: RefreshRecord): RefreshRecord => {
  const diverged = stored.fencing > remembered.fencing;
  const {newer, older} = byToken(stored, remembered, diverged);
  const same = isSameToken(stored, remembered);
  // Later than the older token's, so that an attempt for that one finds that it is not the one any more.
  const isLater = same || newer.generation > older.generation;
  const generation = isLater ? newer.generation : older.generation + 1;
  return {
    ...newer,
    revision: Math.max(stored.revision, remembered.revision) + 1,
    fencing: Math.max(stored.fencing, remembered.fencing),
    generation,
    token: newer.token && {...newer.token, generation},
    attempts: mergeAttempts(stored, remembered, (one) =>
      one.generation === newer.generation && (same || has(newer, one)) ? {...one, generation} : one,
    ),
    ...(same &&
      diverged && {
        failures: Math.max(newer.failures, older.failures),
        notBefore: Math.max(newer.notBefore, older.notBefore),
        suspect: newer.suspect ?? older.suspect,
        reauthorise: newer.reauthorise ?? older.reauthorise,
      }),
  };
};

const byToken = (
  stored: RefreshRecord,
  remembered: RefreshRecord,
  diverged: boolean,
): {readonly newer: RefreshRecord; readonly older: RefreshRecord} => {
  // Without a remembered token it was removed, at the latest at the instant that its fencing token tells.
  const since = remembered.token?.obtainedAt ?? remembered.fencing;
  return diverged && stored.token !== undefined && stored.token.obtainedAt > since
    ? {newer: stored, older: remembered}
    : {newer: remembered, older: stored};
};

const isSameToken = (a: RefreshRecord, b: RefreshRecord): boolean =>
  a.generation === b.generation && a.token?.sealed === b.token?.sealed;

const has = ({attempts}: RefreshRecord, {fencing}: RefreshAttempt): boolean =>
  attempts.some((one) => one.fencing === fencing);

/** All attempts of both, in order; of one that both know, what is known last. */
const mergeAttempts = (
  stored: RefreshRecord,
  remembered: RefreshRecord,
  renumbered: (attempt: RefreshAttempt) => RefreshAttempt,
): readonly RefreshAttempt[] => {
  const merged = new Map(remembered.attempts.map((one) => [one.fencing, one]));
  for (const one of stored.attempts) {
    const known = merged.get(one.fencing);
    merged.set(one.fencing, known === undefined ? one : further(known, one));
  }
  return [...merged.values()].sort((a, b) => a.fencing - b.fencing).map(renumbered);
};

/** What is known last: the phase that comes later; of a lease the longer one. */
const further = (remembered: RefreshAttempt, stored: RefreshAttempt): RefreshAttempt => {
  const order = PHASES.indexOf(stored.phase) - PHASES.indexOf(remembered.phase);
  if (order !== 0) return order > 0 ? stored : remembered;
  return remembered.phase !== 'ended' && stored.until > remembered.until ? stored : remembered;
};

const PHASES: readonly RefreshAttempt['phase'][] = ['granted', 'sent', 'ended'];
