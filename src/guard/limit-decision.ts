import {type InspectOptions, inspect} from 'node:util';
import {ceilMillis} from '../base/micros.ts';
import type {DecisionFacts} from '../engine/decision.ts';
import {type Check, type CheckAnswer, denierOf, type Layer, type RowAddress} from '../engine/live/check.ts';
import {liveDecision} from '../engine/live/live-decision.ts';
import {Kind} from '../engine/verdict.ts';
import {bucketOfCapacity, bucketWindow} from './bucket-window.ts';
import type {DecisionSource, DecisionView, LayerView} from './decision-view.ts';
import {NOT_ASKED} from './denial-cache.ts';
import type {JsonRpcId, JsonRpcLimitError} from './http/answers.ts';
import {type AnswerOptions, responseHeaders, toJsonRpcError, toResponse} from './http/answers.ts';

/** Slots that a request holds until it is done. */
export interface Lease {
  readonly address: RowAddress;
  /** Of the last of `count` leases. */
  readonly fencingToken: number;
  readonly count: number;
}

/** The slots that a check was granted. */
export const leasesOf = (check: Check, {verdicts}: CheckAnswer): readonly Lease[] =>
  check.layers.flatMap(({address, cost}, i) => {
    const {fencingToken} = verdicts[i]!;
    return fencingToken > 0 ? [{address, fencingToken, count: cost}] : [];
  });

/** The decision, and the layer it speaks of. Spans are µs. */
interface Facts extends DecisionFacts {
  readonly layer: Layer | undefined;
}

/** Everything refused because the store is lost: no limit did so. */
const NO_LIMIT = {layer: undefined, capacity: 0, remaining: 0};

const factsOf = (check: Check, answer: CheckAnswer, source: DecisionSource): Facts => {
  const facts = liveDecision(check, answer);
  if (source === 'closed') return {...facts, ...NO_LIMIT};
  return {...facts, layer: check.layers.find(({limit}) => limit === facts.limit)};
};

/** The answer to one request. */
export class LimitDecision implements DecisionView {
  readonly allowed: boolean;
  readonly source: DecisionSource;
  readonly #check: Check;
  readonly #answer: CheckAnswer;
  readonly #release: (leases: readonly Lease[]) => Promise<void>;
  #facts: Facts | undefined;
  #leases: readonly Lease[] | undefined;

  /** `release` gives back slots; it never rejects. */
  constructor(
    check: Check,
    answer: CheckAnswer,
    source: DecisionSource,
    release: (leases: readonly Lease[]) => Promise<void>,
  ) {
    this.allowed = denierOf(check, answer.verdicts) < 0;
    this.source = source;
    this.#check = check;
    this.#answer = answer;
    this.#release = release;
    this.#facts = undefined;
    this.#leases = undefined;
  }

  get never(): boolean {
    return this.#known().never;
  }

  get limit(): string | undefined {
    return this.#known().layer?.address.limit;
  }

  get key(): string | undefined {
    return this.#known().layer?.address.key;
  }

  get tier(): string | undefined {
    const tier = this.#known().layer?.address.tier;
    return tier === '' ? undefined : tier;
  }

  get capacity(): number {
    return this.#known().capacity;
  }

  get remaining(): number {
    return this.#known().remaining;
  }

  get retryAfterMs(): number {
    return ceilMillis(this.#known().retryAfter);
  }

  get resetAfterMs(): number {
    return ceilMillis(this.#known().resetAfter);
  }

  /** Milliseconds for which the request should be held back before it is served (`leaky-bucket` with a delay). */
  get delayMs(): number {
    return ceilMillis(this.#known().delay);
  }

  get now(): number {
    return this.#answer.now;
  }

  get scope(): 'rate' | 'concurrency' {
    const {layer} = this.#known();
    const bucket = layer && bucketOfCapacity(layer.buckets, this.capacity);
    return bucket?.kind === 'concurrency' ? 'concurrency' : 'rate';
  }

  get layers(): readonly LayerView[] {
    const check = this.#check;
    const answer = this.#answer;
    if (this.source === 'closed') return [];
    // Said as after the charge, which a refusal by another limit kept from happening.
    const uncharged = !this.allowed && check.charge === 'all-or-nothing';
    return check.layers.flatMap(({address, buckets, shadow, cost}, i) => {
      const verdict = answer.verdicts[i]!;
      if (verdict === NOT_ASKED) return [];
      const {capacity, remaining, resetAfter} = verdict;
      const bucket = capacity > 0 ? bucketOfCapacity(buckets, capacity) : undefined;
      const window = bucket && bucketWindow(bucket);
      return {
        name: address.limit,
        capacity,
        remaining:
          uncharged && verdict.kind === Kind.allow ? Math.min(capacity, remaining + cost) : remaining,
        resetAfterMs: ceilMillis(resetAfter),
        windowMs: window === undefined ? undefined : ceilMillis(window),
        shadow,
      };
    });
  }

  /** Names of the limits that only count and would have refused. */
  get shadowDenied(): readonly string[] {
    const {verdicts} = this.#answer;
    return this.#check.layers
      .filter(({shadow}, i) => shadow && verdicts[i]!.kind !== Kind.allow)
      .map(({address}) => address.limit);
  }

  /** The slots of `concurrency` limits that the request holds. */
  get leases(): readonly Lease[] {
    this.#leases ??= leasesOf(this.#check, this.#answer);
    return this.#leases;
  }

  /**
   * Gives back the slots of `concurrency` limits, once; to be called when the request is done. Never rejects: a slot that cannot be
   * given back ends with the limit's timeout.
   */
  async release(): Promise<void> {
    const {leases} = this;
    this.#leases = [];
    if (leases.length > 0) await this.#release(leases);
  }

  /** Header fields for the answer to the request, whether it was allowed or not. */
  headers(options?: AnswerOptions): Record<string, string> {
    return responseHeaders(this, options);
  }

  /** A refusal as a Fetch response: 429, `Retry-After`, rate limit fields and a JSON body. */
  toResponse(options?: AnswerOptions): Response {
    return toResponse(this, options);
  }

  /** A refusal as a JSON-RPC error (code −32000), for MCP servers. */
  toJsonRpc(id?: JsonRpcId): JsonRpcLimitError {
    return toJsonRpcError(this, id);
  }

  toJSON(): DecisionView & {readonly delayMs: number; readonly shadowDenied: readonly string[]} {
    const {allowed, never, limit, key, tier, scope, capacity, remaining, retryAfterMs, resetAfterMs} = this;
    const {now, source, layers, delayMs, shadowDenied} = this;
    return {
      ...{allowed, never, limit, key, tier, scope, capacity, remaining, retryAfterMs, resetAfterMs},
      ...{now, source, layers, delayMs, shadowDenied},
    };
  }

  /** What `console.log` and its like show. */
  [inspect.custom](_depth: number, options: InspectOptions): string {
    return `LimitDecision ${inspect(this.toJSON(), options)}`;
  }

  /** What the layers' verdicts come to, worked out when somebody asks: most callers want to know `allowed` and nothing else. */
  #known(): Facts {
    this.#facts ??= factsOf(this.#check, this.#answer, this.source);
    return this.#facts;
  }
}
