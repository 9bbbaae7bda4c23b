import {NO_MOVE, nextMove, tierAfter} from '../../engine/behaviour/behaviour-move.ts';
import {
  type BehaviourRequest,
  behaviourAt,
  behaviourEndsAt,
  countRequest,
} from '../../engine/behaviour/behaviour-record.ts';
import {scoreOf} from '../../engine/behaviour/behaviour-score.ts';
import type {BehaviourSpec} from '../../engine/behaviour/behaviour-spec.ts';
import {type BehaviourState, unknownBehaviour} from '../../engine/behaviour/behaviour-state.ts';
import {eachCounted} from '../../engine/behaviour/counted-answers.ts';
import {isEarly, NOT_TOLD, type ToldWait, toldAgain} from '../../engine/behaviour/told-wait.ts';
import type {Policy} from '../../engine/policy-model.ts';
import type {LimitAnswer} from './limit-gate.ts';
import type {Transitions} from './transitions.ts';

/** What is known of a key. */
interface KnownKey {
  state: BehaviourState;
  told: ToldWait;
  /** The tier its requests come with. */
  tier: string;
}

/** The tiers that keys are treated as, by how they behaved so far. */
export class BehaviourMoves {
  readonly #specs: ReadonlyMap<string, BehaviourSpec>;
  readonly #keys: ReadonlyMap<string, Map<string, KnownKey>>;
  readonly #transitions: Transitions;

  constructor({behaviour}: Policy, transitions: Transitions) {
    this.#specs = new Map(behaviour.map((spec) => [spec.limit, spec]));
    this.#keys = new Map(behaviour.map(({limit}) => [limit, new Map()]));
    this.#transitions = transitions;
  }

  get isEmpty(): boolean {
    return this.#specs.size === 0;
  }

  tierOf(limit: string, key: string, tier: string, now: number): string {
    const spec = this.#specs.get(limit);
    if (spec === undefined) return tier;
    const known = this.#known(limit, key);
    known.tier = tier;
    const {record, held} = known.state;
    return now < behaviourEndsAt(record, spec) ? tierAfter(spec, tier, held.move).tier : tier;
  }

  /** Counts what the limits said, as a running protection does. */
  count({check, answer}: LimitAnswer, now: number): void {
    if (this.isEmpty) return;
    eachCounted(check, answer, ({limit, key}, refused, retryAfter) => {
      const spec = this.#specs.get(limit);
      if (spec === undefined) return;
      const known = this.#known(limit, key);
      const early = refused && isEarly(known.told, now);
      if (refused) known.told = toldAgain(known.told, retryAfter, now);
      this.#judge(spec, key, known, {refused, early}, now);
    });
  }

  #judge(spec: BehaviourSpec, key: string, known: KnownKey, request: BehaviourRequest, now: number): void {
    const record = behaviourAt(known.state.record, spec, now);
    // What was decided ends with the last request that it was decided by.
    const held = record.slots.length === 0 ? NO_MOVE : known.state.held;
    const counted = countRequest(record, spec, request, now);
    const judged = scoreOf(counted, spec, now);
    const next = nextMove(held, spec, judged, now);
    known.state = {record: counted, held: next};
    if (next.move === held.move) return;
    const from = tierAfter(spec, known.tier, held.move).tier;
    const to = tierAfter(spec, known.tier, next.move).tier;
    if (from === to) return;
    const why = `score ${judged.score.toFixed(2)} from ${judged.requests} requests`;
    this.#transitions.add({at: now, kind: 'tier', name: spec.limit, key, from, to, why});
  }

  #known(limit: string, key: string): KnownKey {
    const keys = this.#keys.get(limit)!;
    let known = keys.get(key);
    if (known === undefined) {
      known = {state: unknownBehaviour, told: NOT_TOLD, tier: ''};
      keys.set(key, known);
    }
    return known;
  }
}
