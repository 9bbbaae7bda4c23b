import {behaviourSlot} from '../../src/engine/behaviour/behaviour-record.ts';
import type {BehaviourSpec} from '../../src/engine/behaviour/behaviour-spec.ts';
import {RequestRouter} from '../../src/engine/live/request-router.ts';
import {BehaviourBook} from '../../src/guard/behaviour/behaviour-book.ts';
import {LiveState, type Request} from './live-state.ts';

export const BEHAVIOUR_POLICY = `version: 1
limits:
  - name: plan
    key: "{tenant}"
    tier: "{plan}"
    tiers:
      restricted: [{algorithm: token-bucket, rate: 1/s, burst: 1}]
      free: [{algorithm: token-bucket, rate: 2/s, burst: 5}]
      premium: [{algorithm: token-bucket, rate: 20/s, burst: 50}]
behaviour:
  plan: {ladder: [restricted, free, premium], minimumRequests: 10}
`;

/** Applications that behave by a policy, in a store in memory with a clock that is moved by hand. */
export class BehaviourState extends LiveState {
  readonly spec: BehaviourSpec;
  readonly book: BehaviourBook;
  readonly #routed: RequestRouter;

  constructor(policy = BEHAVIOUR_POLICY) {
    super(policy);
    const {behaviour} = this.loaded.policy;
    this.spec = behaviour[0]!;
    this.book = new BehaviourBook({
      specs: behaviour,
      call: (ask) => ask(this.store),
      now: () => this.now,
    });
    this.#routed = new RequestRouter(this.loaded.policy);
    this.#routed.setTierMover(this.book.tierOf);
  }

  /** Sends requests evenly over a time, µs, and shares what was counted now and then. */
  async behave(request: Request, times: number, over: number): Promise<void> {
    const from = this.now;
    for (let i = 0; i < times; i++) {
      this.now = from + Math.floor((over * i) / times);
      const check = this.#routed.route(request, {cost: 1, now: this.now, hold: 0});
      const [answer] = await this.store.check([check]);
      this.book.observe(check, answer!);
      if (i % 5 === 4) await this.book.share();
    }
    this.now = from + over;
    await this.book.share('last');
  }

  /** One that keeps to its limit evenly, one that floods, and one that was hardly seen. */
  static async busy(): Promise<BehaviourState> {
    const state = new BehaviourState();
    const slot = behaviourSlot(state.spec);
    await state.behave({tenant: 'good', plan: 'free'}, 30, 6 * slot);
    await state.behave({tenant: 'new', plan: 'free'}, 3, slot);
    await state.behave({tenant: 'flood', plan: 'premium'}, 2_000, 5_000_000);
    return state;
  }
}
