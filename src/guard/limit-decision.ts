import {ceilMillis} from '../base/micros.ts';
import type {Check, CheckAnswer, RowAddress} from '../engine/live/check.ts';
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

/** What a decision is made of. */
export interface DecisionParts {
  readonly check: Check;
  readonly answer: CheckAnswer;
  readonly source: DecisionSource;
  /** Gives back slots; never rejects. */
  readonly release: (leases: readonly Lease[]) => Promise<void>;
}

/** The answer to one request. */
export class LimitDecision implements DecisionView {
  readonly allowed: boolean;
  readonly never: boolean;
  readonly limit: string | undefined;
  readonly key: string | undefined;
  readonly tier: string | undefined;
  readonly capacity: number;
  readonly remaining: number;
  readonly retryAfterMs: number;
  readonly resetAfterMs: number;
  /** Milliseconds for which the request should be held back before it is served (`leaky-bucket` with a delay). */
  readonly delayMs: number;
  readonly now: number;
  readonly source: DecisionSource;
  readonly #parts: DecisionParts;
  readonly #tightest: number;
  #leases: readonly Lease[] | undefined;

  constructor(parts: DecisionParts) {
    const {check, answer, source} = parts;
    const {layers} = check;
    const facts = liveDecision(check, answer);
    this.#parts = parts;
    // Everything refused because the store is lost: no limit did so.
    const lost = source === 'closed';
    let tightest = lost ? -1 : layers.length - 1;
    while (tightest >= 0 && layers[tightest]!.limit !== facts.limit) tightest--;
    this.#tightest = tightest;
    const address = layers[tightest]?.address;
    this.allowed = facts.allowed;
    this.never = facts.never;
    this.limit = address?.limit;
    this.key = address?.key;
    this.tier = address === undefined || address.tier === '' ? undefined : address.tier;
    this.capacity = lost ? 0 : facts.capacity;
    this.remaining = lost ? 0 : facts.remaining;
    this.retryAfterMs = ceilMillis(facts.retryAfter);
    this.resetAfterMs = ceilMillis(facts.resetAfter);
    this.delayMs = ceilMillis(facts.delay);
    this.now = answer.now;
    this.source = source;
  }

  get scope(): 'rate' | 'concurrency' {
    const layer = this.#parts.check.layers[this.#tightest];
    const bucket = layer && bucketOfCapacity(layer.buckets, this.capacity);
    return bucket?.kind === 'concurrency' ? 'concurrency' : 'rate';
  }

  get layers(): readonly LayerView[] {
    const {check, answer, source} = this.#parts;
    if (source === 'closed') return [];
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
    const {check, answer} = this.#parts;
    return check.layers
      .filter(({shadow}, i) => shadow && answer.verdicts[i]!.kind !== Kind.allow)
      .map(({address}) => address.limit);
  }

  /** The slots of `concurrency` limits that the request holds. */
  get leases(): readonly Lease[] {
    this.#leases ??= leasesOf(this.#parts.check, this.#parts.answer);
    return this.#leases;
  }

  /**
   * Gives back the slots of `concurrency` limits, once; to be called when the request is done. Never rejects: a slot that cannot be
   * given back ends with the limit's timeout.
   */
  async release(): Promise<void> {
    const {leases} = this;
    this.#leases = [];
    if (leases.length > 0) await this.#parts.release(leases);
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
}
