import {NO_MOVE} from '../../engine/behaviour/behaviour-move.ts';
import {type BehaviourRecord, behaviourAt, behaviourEndsAt} from '../../engine/behaviour/behaviour-record.ts';
import type {BehaviourSpec} from '../../engine/behaviour/behaviour-spec.ts';
import {
  type BehaviourState,
  behaviourAddress,
  behaviourWords,
  readBehaviour,
  unknownBehaviour,
} from '../../engine/behaviour/behaviour-state.ts';
import type {RowAddress} from '../../engine/live/check.ts';
import type {Rows, StoredRow} from '../../store/port.ts';
import {isStoreError} from '../../store/store-error.ts';
import {addedTo, type KeyBehaviour} from './key-behaviour.ts';
import type {SharedKey} from './limit-behaviour.ts';

export type BehaviourRows = Pick<Rows, 'read' | 'change'>;

/** How often a row that others changed meanwhile is tried again; then it waits for the next turn. */
const ROUNDS = 4;

interface Telling {
  readonly entry: KeyBehaviour;
  readonly spec: BehaviourSpec;
  readonly address: RowAddress;
  readonly taken: BehaviourRecord;
  before: StoredRow | undefined;
  after: BehaviourState;
}

/**
 * Adds what was counted to what the store has and learns what others counted: one reading and one writing for all keys, and again for
 * those that somebody else changed in between. Answers the keys for which a move was decided here. What could not be told is given
 * back; rejects when the store fails, and then nothing is lost.
 */
export const shareBehaviour = async (
  store: BehaviourRows,
  keys: readonly SharedKey[],
  now: () => number,
): Promise<readonly SharedKey[]> => {
  for (const {entry, spec} of keys.filter(({turn}) => turn === 'alone')) entry.decideAlone(spec, now());
  const asked = keys.filter(({turn}) => turn !== 'alone');
  const addresses = asked.map(({entry, spec}) => behaviourAddress(spec, entry.key));
  const rows = await readOurs(store, addresses);
  const tellings: Telling[] = [];
  asked.forEach(({entry, spec, turn}, i) => {
    const row = rows[i];
    const address = addresses[i]!;
    if (row === 'foreign') entry.isForeign = true;
    else if (turn === 'read') entry.adopt(current(row, spec, now()), spec);
    else tellings.push({entry, spec, address, taken: entry.take(), before: row, after: unknownBehaviour});
  });
  const decided = new Set<KeyBehaviour>();
  await tell(store, tellings, now, decided);
  return asked.filter(({entry}) => decided.has(entry));
};

const tell = async (
  store: BehaviourRows,
  all: readonly Telling[],
  now: () => number,
  decided: Set<KeyBehaviour>,
): Promise<void> => {
  let open = all;
  try {
    for (let round = 0; round < ROUNDS && open.length > 0; round++) {
      const at = now();
      for (const one of open) one.after = addedTo(stateIn(one.before), one.taken, one.spec, at);
      const changed = await store.change(
        open.map(({address, spec, before, after}) => ({
          address,
          expected: before,
          next: {words: behaviourWords(after), expiresAt: behaviourEndsAt(after.record, spec)},
        })),
      );
      const drifted: Telling[] = [];
      open.forEach((one, i) => {
        const {outcome, before} = changed[i]!;
        if (outcome === 'done') {
          if (stateIn(one.before).held.move !== one.after.held.move) decided.add(one.entry);
          one.entry.adopt(one.after, one.spec);
        } else {
          one.before = before;
          drifted.push(one);
        }
      });
      open = drifted;
    }
  } finally {
    // What was sent when the connection broke may have arrived: a count too many does less harm than a flood that nobody counted.
    for (const {entry, taken, spec} of open) entry.giveBack(taken, spec, now());
  }
};

const stateIn = (row: StoredRow | undefined): BehaviourState =>
  (row === undefined ? undefined : readBehaviour(row.words)) ?? unknownBehaviour;

const current = (row: StoredRow | undefined, spec: BehaviourSpec, now: number): BehaviourState => {
  const {record, held} = stateIn(row);
  const counted = behaviourAt(record, spec, now);
  return {record: counted, held: counted.slots.length === 0 ? NO_MOVE : held};
};

type Found = StoredRow | undefined | 'foreign';

/** A row that somebody else wrote over makes the whole reading fail: it is looked for by halves, so that it does not hide all others. */
const readOurs = async (
  store: BehaviourRows,
  addresses: readonly RowAddress[],
): Promise<readonly Found[]> => {
  if (addresses.length === 0) return [];
  try {
    return await store.read(addresses);
  } catch (error) {
    if (!isStoreError(error) || error.kind !== 'foreign') throw error;
    if (addresses.length === 1) return ['foreign'];
  }
  const middle = addresses.length >> 1;
  return [
    ...(await readOurs(store, addresses.slice(0, middle))),
    ...(await readOurs(store, addresses.slice(middle))),
  ];
};
