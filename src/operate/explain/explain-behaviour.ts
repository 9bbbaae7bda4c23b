import {tierAfter} from '../../engine/behaviour/behaviour-move.ts';
import type {BehaviourState} from '../../engine/behaviour/behaviour-state.ts';
import type {KeyAddress} from '../../engine/live/check.ts';
import type {TierMover} from '../../engine/live/request-router.ts';
import type {Policy} from '../../engine/policy-model.ts';
import {readMoves} from '../../store/behaviour-moves.ts';
import type {KeyBehaviour} from '../../view/model/behaviour.ts';
import type {LimitExplanation} from '../../view/model/key-explanation.ts';
import {keyBehaviour, readBehaviours, type WantedBehaviour} from '../behaviour/key-behaviour.ts';
import type {ReadableStore} from '../store-view.ts';

/** How the keys that are explained behave, by limit: one key of each. */
export class ExplainedBehaviour {
  readonly #found: ReadonlyMap<string, {readonly wanted: WantedBehaviour; readonly state: BehaviourState}>;
  readonly #store: Pick<ReadableStore, 'get'>;
  readonly #now: number;

  private constructor(
    store: Pick<ReadableStore, 'get'>,
    wanted: readonly WantedBehaviour[],
    states: readonly BehaviourState[],
    now: number,
  ) {
    this.#store = store;
    this.#now = now;
    this.#found = new Map(wanted.map((one, i) => [one.spec.limit, {wanted: one, state: states[i]!}]));
  }

  /** Of a limit without a section `behaviour` there is nothing. */
  static async read(
    store: Pick<ReadableStore, 'read' | 'get'>,
    policy: Policy,
    keys: readonly Pick<KeyAddress, 'limit' | 'key'>[],
    now: number,
  ): Promise<ExplainedBehaviour> {
    const wanted = policy.behaviour.flatMap((spec) => {
      const key = keys.find(({limit}) => limit === spec.limit)?.key;
      return key === undefined ? [] : [{spec, key}];
    });
    return new ExplainedBehaviour(store, wanted, await readBehaviours(store, wanted, now), now);
  }

  /** As running applications move requests. */
  readonly tierOf: TierMover = (limit, key, tier) => {
    const found = this.#found.get(limit);
    return found === undefined || found.wanted.key !== key
      ? tier
      : tierAfter(found.wanted.spec, tier, found.state.held.move).tier;
  };

  /**
   * Adds to each limit how the key behaves: of several tiers at the one that it is treated as, else at the first. `tiers`: those that
   * requests come with, where they are known.
   */
  async addTo(
    limits: readonly LimitExplanation[],
    tiers: ReadonlyMap<string, string> = new Map(),
  ): Promise<readonly LimitExplanation[]> {
    const added = [...limits];
    for (const limit of this.#found.keys()) {
      const places = limits.flatMap((one, at) =>
        one.kind === 'applied' && one.limit === limit ? [{one, at}] : [],
      );
      const [first] = places;
      if (first === undefined) continue;
      const behaviour = await this.#behaviourOf(limit, tiers.get(limit));
      const {one, at} = places.find((place) => place.one.tier === behaviour.treatedAs) ?? first;
      added[at] = {...one, behaviour};
    }
    return added;
  }

  async #behaviourOf(limit: string, came: string | undefined): Promise<KeyBehaviour> {
    const {wanted, state} = this.#found.get(limit)!;
    const noted =
      came === undefined && state.held.move !== 'none'
        ? (await readMoves(this.#store, limit)).find(({key}) => key === wanted.key)?.tier
        : undefined;
    return keyBehaviour(state, wanted.spec, came ?? noted, this.#now);
  }
}
