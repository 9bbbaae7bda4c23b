import type {BehaviourSpec} from '../../engine/behaviour/behaviour-spec.ts';
import type {Policy} from '../../engine/policy-model.ts';
import {type NotedMove, readMoves} from '../../store/behaviour-moves.ts';
import type {Documents, Rows} from '../../store/port.ts';
import type {StatusBehaviour} from '../../view/model/behaviour.ts';
import {keyBehaviour, readBehaviours} from '../behaviour/key-behaviour.ts';

export interface BehaviourSource {
  readonly store: Pick<Documents, 'get'> & Pick<Rows, 'read'>;
  readonly policy: Policy | undefined;
  /** The store's clock, µs. */
  readonly now: number;
}

/** Moved keys of a limit that are shown. */
const SHOWN = 20;

/** Which keys behaviour has moved, for each limit that the policy says it of: from an index, without looking through the keys. */
export const behaviourSection = async ({
  store,
  policy,
  now,
}: BehaviourSource): Promise<readonly StatusBehaviour[]> => {
  const specs = policy?.behaviour ?? [];
  const noted = await Promise.all(specs.map(({limit}) => readMoves(store, limit)));
  const wanted = specs.flatMap((spec, i) => noted[i]!.map(({key}) => ({spec, key})));
  const states = await readBehaviours(store, wanted, now);
  let read = 0;
  return specs.map((spec, i) => {
    const moves = noted[i]!;
    const own = states.slice(read, read + moves.length);
    read += moves.length;
    return limitBehaviour(
      spec,
      moves.map((move, j) => ({move, state: own[j]!})),
      now,
    );
  });
};

type Noted = {readonly move: NotedMove; readonly state: Parameters<typeof keyBehaviour>[0]};

/** The index may name keys that came back, or were reset, since. */
const limitBehaviour = (spec: BehaviourSpec, all: readonly Noted[], now: number): StatusBehaviour => {
  const moved = all
    .filter(({state: {held}}) => held.move !== 'none')
    .sort((a, b) => b.state.held.at - a.state.held.at);
  const up = moved.filter(({state: {held}}) => held.move === 'up').length;
  return {
    limit: spec.limit,
    ladder: spec.ladder,
    up,
    down: moved.length - up,
    keys: moved
      .slice(0, SHOWN)
      .map(({move: {key, tier}, state}) => ({key, ...keyBehaviour(state, spec, tier, now)})),
  };
};
