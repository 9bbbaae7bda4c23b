/**
 * An index of keys whose behaviour moved them to another tier: which they are is known without looking through all rows. It is no more than
 * that: how a key stands says its own row. A document for each limit, the latest moves only.
 */
import {isMapping} from '../base/untrusted-json.ts';
import type {Documents} from './port.ts';

/** Kind of the documents; the id is the limit. */
export const BEHAVIOUR_KIND = 'behaviour';

export interface NotedMove {
  readonly key: string;
  /** The tier that its requests came with. */
  readonly tier: string;
  /** When it was decided, µs of the store's clock. */
  readonly at: number;
}

/** What was decided: `none` takes a key out of the index. */
export interface DecidedMove extends NotedMove {
  readonly move: 'up' | 'down' | 'none';
}

/** Keys of a limit that are kept, the latest first. */
export const MOST_MOVES = 200;
/** Characters of these keys and tiers together. */
const MOST_TEXT = 50_000;
const LONGEST_TEXT = 1_024;
/** Nobody's behaviour is kept for so long without a request, µs: 30 days. */
const KEPT = 30 * 86_400_000_000;
const ATTEMPTS = 5;

type MoveStore = Pick<Documents, 'get' | 'put'>;

/** The latest first; none when what is there is none of ours. */
export const readMoves = async (
  store: Pick<Documents, 'get'>,
  limit: string,
): Promise<readonly NotedMove[]> => movesIn((await store.get(BEHAVIOUR_KIND, limit))?.value);

/** Adds what was decided. When others change it all the time it is left: the index misses some keys then. */
export const noteMoves = async (
  store: MoveStore,
  limit: string,
  decided: readonly DecidedMove[],
  now: number,
): Promise<void> => {
  const keys = new Set(decided.map(({key}) => key));
  const added = decided
    .filter(({move}) => move !== 'none')
    .map(({key, tier, at}): NotedMove => ({key, tier, at}));
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const document = await store.get(BEHAVIOUR_KIND, limit);
    const before = movesIn(document?.value);
    const others = before.filter(({key}) => !keys.has(key));
    if (added.length === 0 && others.length === before.length) return;
    const moves = bounded([...added, ...others].sort((a, b) => b.at - a.at));
    const ifVersion = document?.version ?? 0;
    const put = await store.put(BEHAVIOUR_KIND, limit, {moves}, {ifVersion, expiresAt: now + KEPT});
    if (put !== undefined) return;
  }
};

const movesIn = (value: unknown): readonly NotedMove[] => {
  const moves = isMapping(value) ? value['moves'] : undefined;
  return Array.isArray(moves) ? bounded(moves.map(readMove).filter((move) => move !== undefined)) : [];
};

const readMove = (value: unknown): NotedMove | undefined => {
  if (!isMapping(value)) return undefined;
  const {key, tier, at} = value;
  return isText(key) && isText(tier) && Number.isSafeInteger(at) ? {key, tier, at: at as number} : undefined;
};

const isText = (value: unknown): value is string => typeof value === 'string' && value.length <= LONGEST_TEXT;

const bounded = (moves: readonly NotedMove[]): readonly NotedMove[] => {
  let text = 0;
  return moves.slice(0, MOST_MOVES).filter(({key, tier}) => {
    text += key.length + tier.length;
    return text <= MOST_TEXT;
  });
};
