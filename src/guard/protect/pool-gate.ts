import {type Attributes, type Condition, conditionOf, renderer} from '../../engine/live/attributes.ts';
import type {PoolSpec} from '../../engine/pool/pool-spec.ts';
import type {ConcurrencyLimiter} from '../pool/concurrency-limiter.ts';

/** A pool of the policy before requests: which of them go through it, and whose they are. */
export class PoolGate {
  readonly spec: PoolSpec;
  readonly pool: ConcurrencyLimiter;
  readonly #when: Condition | undefined;
  readonly #unless: Condition | undefined;
  readonly #keyOf: (attributes: Attributes) => string;

  constructor(spec: PoolSpec, pool: ConcurrencyLimiter) {
    this.spec = spec;
    this.pool = pool;
    this.#when = spec.when.length > 0 ? conditionOf(spec.when) : undefined;
    this.#unless = spec.unless.length > 0 ? conditionOf(spec.unless) : undefined;
    this.#keyOf = spec.key === undefined ? () => '' : renderer(spec.key);
  }

  applies(attributes: Attributes): boolean {
    return !this.#unless?.(attributes) && this.#when?.(attributes) !== false;
  }

  /** Whose slots a request takes; empty where clients are not told apart, or the request does not say who it is. */
  keyOf(attributes: Attributes): string {
    return this.#keyOf(attributes);
  }
}
