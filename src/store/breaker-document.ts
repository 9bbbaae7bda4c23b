import {createHash} from 'node:crypto';
import {type BreakerState, reset} from '../engine/breaker.ts';
import {readBreakerState} from '../engine/breaker-reader.ts';
import type {BreakerSpec} from '../engine/breaker-spec.ts';
import type {StoredEvent} from './event-journal.ts';
import type {StoredDocument} from './port.ts';

/** Characters of a key in an id: ids are in indexes of the stores, and on screens. */
const LONGEST = 200;
/** Characters of a longer one that are its own. */
const KEPT = 120;

/**
 * The id of a breaker's document: its name, or `NAME KEY` where there is a breaker for each key (names hold no space). Of a key of more
 * than 200 characters the first 120, and a hash of all.
 */
export const breakerDocumentId = (name: string, key: string): string => {
  if (key === '') return name;
  if (key.length <= LONGEST) return `${name} ${key}`;
  const hash = createHash('sha256').update(key).digest('base64url');
  return `${name} ${key.slice(0, KEPT).toWellFormed()}…${hash}`;
};

/** What is none of ours counts as a breaker never used. */
export const breakerStateOf = (document: StoredDocument | undefined): BreakerState =>
  (document === undefined ? undefined : readBreakerState(document.value)) ?? reset();

/**
 * What the journal of events has of a change: when it opens, and when it closes. `by`: who or what did it by hand.
 * Undefined for other changes.
 */
export const breakerEvent = (
  subject: string,
  before: BreakerState,
  after: BreakerState,
  by?: string,
): StoredEvent | undefined => {
  if (before.kind === after.kind || after.kind === 'half-open') return undefined;
  if (after.kind === 'open') return {kind: 'breaker-opened', subject, note: openedNote(after, by)};
  const note = by === undefined ? 'probes went through' : `reset by ${by}`;
  return {kind: 'breaker-closed', subject, note};
};

const openedNote = ({openedBy, failures}: BreakerState, by: string | undefined): string => {
  switch (openedBy) {
    case 'probe':
      return 'a probe failed';
    case 'rate':
      return 'too large a share of calls failed';
    case 'operator':
      return by === undefined ? 'opened by hand' : `opened by ${by}`;
    case 'failures':
    case undefined:
      return failures === 1 ? '1 failure' : `${failures} failures in a row`;
  }
};

/** For how long the document of a breaker with nothing new is kept: then what was counted means nothing any more, µs. */
export const breakerKeptFor = ({window, recovery}: BreakerSpec): number => Math.max(window, recovery);

/** When the document of a breaker that ends by itself does so, µs. */
export const breakerExpiry = (state: BreakerState, spec: BreakerSpec, now: number): number =>
  (state.kind === 'open' ? Math.max(now, state.openedAt + spec.recovery) : now) + breakerKeptFor(spec);
