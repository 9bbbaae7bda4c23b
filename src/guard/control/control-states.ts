import {type AdaptiveState, effectiveShare, idleAdaptive} from '../../engine/control/adaptive.ts';
import type {DegradationMode} from '../../engine/control/control-spec.ts';
import {
  type DegradationState,
  type ModeNow,
  modeAt,
  normalDegradation,
} from '../../engine/control/degradation.ts';
import type {Policy} from '../../engine/policy-model.ts';

export type ControlPolicy = Pick<Policy, 'adaptive' | 'degradation'>;

/** Something is in force that was not before. */
export type ControlNews =
  /** What is left of a limit or a pool, 0 … 1. */
  | {
      readonly kind: 'share';
      readonly of: 'limit' | 'pool';
      readonly name: string;
      readonly from: number;
      readonly to: number;
    }
  | {
      readonly kind: 'mode';
      readonly from: DegradationMode;
      readonly to: DegradationMode;
      /** Whether an operator set it. */
      readonly manual: boolean;
    };

type Shares = ReadonlyMap<string, number>;

/**
 * What is known here of adaptive entries and of the degradation, and what follows from it for limits, pools and requests. Where
 * several entries are about one limit or pool, the smallest share counts.
 */
export class ControlStates {
  readonly #policy: ControlPolicy;
  readonly #adaptive = new Map<string, AdaptiveState>();
  #degradation = normalDegradation;
  #limits: Shares;
  #pools: Shares;
  #told: DegradationMode = 'normal';

  constructor(policy: ControlPolicy) {
    this.#policy = policy;
    this.#limits = this.#shares('limits');
    this.#pools = this.#shares('pools');
  }

  adaptive(name: string): AdaptiveState {
    return this.#adaptive.get(name) ?? idleAdaptive;
  }

  get degradation(): DegradationState {
    return this.#degradation;
  }

  setAdaptive(name: string, state: AdaptiveState): void {
    this.#adaptive.set(name, state);
  }

  setDegradation(state: DegradationState): void {
    this.#degradation = state;
  }

  /** By limit; those that are not controlled are not in it. */
  get limits(): Shares {
    return this.#limits;
  }

  get pools(): Shares {
    return this.#pools;
  }

  mode(now: number): ModeNow {
    return modeAt(this.#degradation, now);
  }

  /** Puts in force what was set, and says what is different. */
  settle(now: number): readonly ControlNews[] {
    const [limits, pools] = [this.#shares('limits'), this.#shares('pools')];
    const news: ControlNews[] = [
      ...differences('limit', this.#limits, limits),
      ...differences('pool', this.#pools, pools),
    ];
    this.#limits = limits;
    this.#pools = pools;
    const {mode, manual} = this.mode(now);
    if (mode !== this.#told)
      news.push({kind: 'mode', from: this.#told, to: mode, manual: manual !== undefined});
    this.#told = mode;
    return news;
  }

  #shares(of: 'limits' | 'pools'): Shares {
    const shares = new Map<string, number>();
    for (const spec of this.#policy.adaptive) {
      const share = effectiveShare(this.adaptive(spec.name), spec);
      for (const name of spec[of]) shares.set(name, Math.min(share, shares.get(name) ?? 1));
    }
    return shares;
  }
}

const differences = (of: 'limit' | 'pool', before: Shares, after: Shares): readonly ControlNews[] =>
  [...after].flatMap(([name, to]) => {
    const from = before.get(name) ?? 1;
    return from === to ? [] : [{kind: 'share', of, name, from, to}];
  });
