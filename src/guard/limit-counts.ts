import type {Check, CheckAnswer, Layer, LayerVerdict} from '../engine/live/check.ts';
import {denierOf} from '../engine/live/check.ts';
import {isNearLimit} from '../engine/live/near-limit.ts';
import {Kind} from '../engine/verdict.ts';

/** How often a limit said what. */
export interface LimitCount {
  readonly allowed: number;
  readonly denied: number;
  /** It would have, and only counts. */
  readonly shadowDenied: number;
  /** Of those allowed: little was left. */
  readonly near: number;
}

/** Told of a key that was refused, or has little left. */
export type OnNotable = (layer: Layer, verdict: LayerVerdict, now: number) => void;

const ALLOWED = 0;
const DENIED = 1;
const SHADOW_DENIED = 2;
const NEAR = 3;
const COUNTS = 4;

/** Counts what each limit of a policy said, by its index, since the start. */
export class LimitCounts {
  readonly #counts: Float64Array;

  constructor(limits: number, counts: Float64Array = new Float64Array(COUNTS * limits)) {
    this.#counts = counts;
  }

  /** Limits behind the one that refused were not reached. */
  add(check: Check, {now, verdicts}: CheckAnswer, onNotable?: OnNotable): void {
    const denier = denierOf(check, verdicts);
    const reached = denier < 0 ? check.layers.length : denier + 1;
    for (let i = 0; i < reached; i++) {
      const layer = check.layers[i]!;
      const verdict = verdicts[i]!;
      const {limit, shadow} = layer;
      const isAllowed = verdict.kind === Kind.allow;
      const isNear = isNearLimit(verdict.remaining, verdict.capacity);
      this.#count(limit, isAllowed ? ALLOWED : shadow ? SHADOW_DENIED : DENIED);
      if (isAllowed && isNear) this.#count(limit, NEAR);
      if (onNotable !== undefined && (isNear || !isAllowed)) onNotable(layer, verdict, now);
    }
  }

  of(limit: number): LimitCount {
    const [allowed = 0, denied = 0, shadowDenied = 0, near = 0] = this.#counts.subarray(COUNTS * limit);
    return {allowed, denied, shadowDenied, near};
  }

  /** As they are now. */
  copy(): LimitCounts {
    return new LimitCounts(0, this.#counts.slice());
  }

  #count(limit: number, what: number): void {
    const at = COUNTS * limit + what;
    this.#counts[at] = this.#counts[at]! + 1;
  }
}
