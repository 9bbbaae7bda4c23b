import {floorMillis, toRfc3339} from '../../base/micros.ts';
import {moveHold, NO_MOVE, tierAfter} from '../../engine/behaviour/behaviour-move.ts';
import {behaviourAt} from '../../engine/behaviour/behaviour-record.ts';
import {scoreOf} from '../../engine/behaviour/behaviour-score.ts';
import type {BehaviourSpec} from '../../engine/behaviour/behaviour-spec.ts';
import {
  type BehaviourState,
  behaviourAddress,
  readBehaviour,
  unknownBehaviour,
} from '../../engine/behaviour/behaviour-state.ts';
import type {RowAddress} from '../../engine/live/check.ts';
import type {Rows, StoredRow} from '../../store/port.ts';
import {isStoreError} from '../../store/store-error.ts';
import type {KeyBehaviour} from '../../view/model/behaviour.ts';
import {clampedInstant} from '../status/clamped-instant.ts';

/** A key of a limit with `behaviour`. */
export interface WantedBehaviour {
  readonly spec: BehaviourSpec;
  readonly key: string;
}

type RowReader = Pick<Rows, 'read'>;

/** What is kept of keys; of one that was never seen, or that somebody else wrote over, that of a key never seen. */
export const readBehaviours = async (
  store: RowReader,
  wanted: readonly WantedBehaviour[],
  now: number,
): Promise<readonly BehaviourState[]> => {
  const rows = await readOurs(
    store,
    wanted.map(({spec, key}) => behaviourAddress(spec, key)),
  );
  return wanted.map(({spec}, i) => stateAt(rows[i], spec, now));
};

const stateAt = (row: StoredRow | undefined, spec: BehaviourSpec, now: number): BehaviourState => {
  const state = (row === undefined ? undefined : readBehaviour(row.words)) ?? unknownBehaviour;
  const record = behaviourAt(state.record, spec, now);
  return {record, held: record.slots.length === 0 ? NO_MOVE : state.held};
};

/** One row that is none of ours makes the whole reading fail: then each is read by itself. */
const readOurs = async (
  store: RowReader,
  addresses: readonly RowAddress[],
): Promise<readonly (StoredRow | undefined)[]> => {
  if (addresses.length === 0) return [];
  try {
    return await store.read(addresses);
  } catch (error) {
    if (!isStoreError(error) || error.kind !== 'foreign') throw error;
    if (addresses.length === 1) return [undefined];
  }
  return (await Promise.all(addresses.map((address) => readOurs(store, [address])))).flat();
};

/** As reports give it. `tier`: the one that requests come with, as far as it is known. */
export const keyBehaviour = (
  {record, held}: BehaviourState,
  spec: BehaviourSpec,
  tier: string | undefined,
  now: number,
): KeyBehaviour => {
  const {score, known, terms, requests, refused, early} = scoreOf(record, spec, now);
  const until = Math.min(held.at, now) + moveHold(spec);
  return {
    score,
    known,
    terms,
    requests,
    refused,
    early,
    minimumRequests: spec.minimumRequests,
    windowMs: floorMillis(spec.window),
    promote: spec.promote,
    demote: spec.demote,
    move: held.move,
    decidedAt: held.at === 0 ? null : clampedInstant(held.at),
    holdsUntil: held.at > 0 && until > now ? toRfc3339(until) : null,
    tier: tier ?? null,
    treatedAs: tier === undefined ? null : tierAfter(spec, tier, held.move).tier,
  };
};
