/**
 * What is kept of a key: its record and the move that holds. Stores keep it as a row of plain numbers, beside the rows with the state of its buckets:
 *
 * `[since, move (0 none, 1 up, −1 down), decided at, at, requests, refused, early, at, requests, …]`, oldest slot first.
 */
import {isCount} from '../../base/untrusted-json.ts';
import {lengthText} from '../bucket-code.ts';
import type {RowAddress} from '../live/check.ts';
import type {HeldMove, TierMove} from './behaviour-move.ts';
import {NO_MOVE} from './behaviour-move.ts';
import {
  BEHAVIOUR_SLOTS,
  type BehaviourRecord,
  type BehaviourSlot,
  emptyBehaviour,
} from './behaviour-record.ts';
import type {BehaviourSpec} from './behaviour-spec.ts';

export interface BehaviourState {
  readonly record: BehaviourRecord;
  readonly held: HeldMove;
}

export const unknownBehaviour: BehaviourState = {record: emptyBehaviour, held: NO_MOVE};

/** First letter of the shape of such rows; none of the letters that buckets have. */
const LETTER = 'b';
const HEAD = 3;
const PER_SLOT = 4;
const MOVES: readonly TierMove[] = ['down', 'none', 'up'];

/** Where the behaviour of a key is kept. One whose window is another does not mean the same: it has a row of its own. */
export const behaviourAddress = (
  {limit, window}: Pick<BehaviourSpec, 'limit' | 'window'>,
  key: string,
): RowAddress => ({
  limit,
  key,
  tier: '',
  shape: `${LETTER}${lengthText(window)}`,
});

/** Whether a row holds the behaviour of a key, rather than the state of its buckets. */
export const isBehaviourRow = ({shape}: Pick<RowAddress, 'shape'>): boolean => shape.startsWith(LETTER);

export const behaviourWords = ({record: {since, slots}, held}: BehaviourState): readonly number[] => [
  since,
  MOVES.indexOf(held.move) - 1,
  held.at,
  ...slots.flatMap(({at, requests, refused, early}) => [at, requests, refused, early]),
];

/** What such numbers say; undefined when they say nothing: anybody who may write to the store may have written them. */
export const readBehaviour = (value: unknown): BehaviourState | undefined => {
  if (!Array.isArray(value)) return undefined;
  const words: readonly unknown[] = value;
  const count = (words.length - HEAD) / PER_SLOT;
  if (!Number.isInteger(count) || count < 0 || count > BEHAVIOUR_SLOTS) return undefined;
  const [since, code, at] = words;
  const move = MOVES[(code as number) + 1];
  if (!isCount(since) || !isCount(at) || typeof code !== 'number' || move === undefined) return undefined;
  const slots: BehaviourSlot[] = [];
  for (let i = HEAD; i < words.length; i += PER_SLOT) {
    const slot = readSlot(words.slice(i, i + PER_SLOT), slots.at(-1)?.at ?? -1);
    if (slot === undefined) return undefined;
    slots.push(slot);
  }
  return {record: slots.length === 0 ? emptyBehaviour : {since, slots}, held: {move, at}};
};

/** More requests than any slot has: so that sums stay whole. */
const MOST_REQUESTS = 2 ** 40;

const readSlot = (
  [at, requests, refused, early]: readonly unknown[],
  after: number,
): BehaviourSlot | undefined => {
  if (!isCount(at) || at <= after) return undefined;
  if (!isCount(requests) || requests < 1 || requests > MOST_REQUESTS) return undefined;
  if (!isCount(refused) || refused > requests || !isCount(early) || early > requests) return undefined;
  return {at, requests, refused, early};
};
