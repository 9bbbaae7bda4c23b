import {isRatectlError} from '../base/ratectl-error.ts';
import {type ExplainAnswer, type ExplainQuery, explainKey} from '../operate/explain/explain-key.ts';
import type {DescribeBucket} from '../operate/status/observed-key.ts';
import {
  readStatus,
  type StatusAnswer,
  type StatusQuery,
  type StatusSource,
} from '../operate/status/read-status.ts';
import type {LoadedPolicy} from '../policy/load-policy.ts';
import type {Store} from '../store/port.ts';
import {isStoreError} from '../store/store-error.ts';

export interface KnownPolicy {
  readonly policy: LoadedPolicy | undefined;
  /** Where it is from, for people. */
  readonly from: string | undefined;
  readonly warnings: readonly string[];
}

export interface FeedOptions {
  readonly store: Store;
  /** Asked again every 10 s: applications publish a new policy while we run. */
  readonly findPolicy: () => Promise<KnownPolicy>;
  readonly describe: DescribeBucket;
  /** This machine's clock, µs. */
  readonly localNow: () => number;
  /** How long a look may take before the store counts as lost, ms. */
  readonly timeoutMs: number;
}

/** What was seen at one moment. */
export interface Look extends StatusAnswer {
  /** This machine's clock when it was over, µs. */
  readonly at: number;
  readonly tookMs: number;
}

export type FeedState =
  | {readonly kind: 'seen'; readonly look: Look}
  /** The store does not answer; `last` is what was seen before. */
  | {
      readonly kind: 'lost';
      readonly reason: string;
      readonly code: string;
      /** µs of this machine's clock. */
      readonly since: number;
      readonly last: Look | undefined;
    };

/** A look is good for so long at least, ms: however many ask, the store is asked once a second. */
const KEPT_MS = 1_000;
const LONGEST_KEPT_MS = 30_000;
/** It is kept for so many times as long as it took, so that looking takes a fifth of the store's time at most. */
const REST = 5;
const POLICY_EVERY_US = 10_000_000;

/** All keys of the store's index, and all else that `status` says. */
const EVERYTHING: StatusQuery = {
  scope: {kind: 'recent'},
  filter: undefined,
  states: undefined,
  sort: 'used',
  direction: 'forward',
  limit: Number.POSITIVE_INFINITY,
  maxKeys: Number.POSITIVE_INFINITY,
  mostRecent: Number.POSITIVE_INFINITY,
};

/** Looks at the store for all who ask, one look at a time. */
export class StatusFeed {
  readonly #options: FeedOptions;
  #state: FeedState | undefined;
  /** `performance.now()` until which the state is good. */
  #goodUntil = 0;
  #pending: Promise<FeedState> | undefined;
  /** A look that took too long and is still under way: another one would only add to the load. */
  #hanging = false;
  #policy: KnownPolicy | undefined;
  #policyAt = Number.NEGATIVE_INFINITY;
  readonly counts = {seen: 0, lost: 0};
  onLook: ((seconds: number) => void) | undefined;

  constructor(options: FeedOptions) {
    this.#options = options;
  }

  /** How things stand, at most about a second old. Never rejects. */
  state(): Promise<FeedState> {
    if (this.#state !== undefined && (performance.now() < this.#goodUntil || this.#hanging))
      return Promise.resolve(this.#state);
    this.#pending ??= this.#look().finally(() => {
      this.#pending = undefined;
    });
    return this.#pending;
  }

  /** What was seen last, without looking. */
  get latest(): FeedState | undefined {
    return this.#state;
  }

  /** A query of its own. Rejects with what the store, or the query, has against it. */
  async query(query: StatusQuery): Promise<StatusAnswer> {
    const {source, warnings} = await this.source();
    const answer = await readStatus(source, query);
    return {...answer, warnings: [...warnings, ...answer.warnings]};
  }

  async explain(query: ExplainQuery): Promise<ExplainAnswer> {
    const {source, warnings} = await this.source();
    const answer = await explainKey(source, query);
    return {...answer, warnings: [...warnings, ...answer.warnings]};
  }

  /** What looking needs, with the policy in force. */
  async source(): Promise<{readonly source: StatusSource; readonly warnings: readonly string[]}> {
    const {store, describe, localNow} = this.#options;
    if (this.#policy === undefined || localNow() - this.#policyAt > POLICY_EVERY_US) {
      this.#policy = await this.#nextPolicy(this.#policy);
      this.#policyAt = localNow();
    }
    const {policy, from, warnings} = this.#policy;
    const policyFile = policy === undefined ? null : {file: policy.file, from: from ?? policy.file};
    return {source: {store, policy: policy?.policy, localNow, policyFile, describe}, warnings};
  }

  /** A policy file that somebody is in the middle of editing does not take the last good one away. */
  async #nextPolicy(before: KnownPolicy | undefined): Promise<KnownPolicy> {
    try {
      return await this.#options.findPolicy();
    } catch (error) {
      if (before === undefined || isStoreError(error) || !isRatectlError(error)) throw error;
      const warning = `the policy that was read before is still used: ${error.message.split('\n')[0]}`;
      return {...before, warnings: [warning]};
    }
  }

  async #look(): Promise<FeedState> {
    const {timeoutMs, localNow} = this.#options;
    const began = performance.now();
    const late = new Error(`the store did not answer within ${timeoutMs} ms`);
    let timer: NodeJS.Timeout | undefined;
    try {
      const looking = this.query(EVERYTHING);
      const answer = await Promise.race([
        looking,
        new Promise<never>((_, reject) => {
          timer = setTimeout(() => {
            this.#hanging = true;
            const done = (): void => {
              this.#hanging = false;
            };
            looking.then(done, done);
            reject(late);
          }, timeoutMs);
        }),
      ]);
      const tookMs = performance.now() - began;
      this.counts.seen++;
      this.onLook?.(tookMs / 1_000);
      this.#goodUntil = performance.now() + Math.min(LONGEST_KEPT_MS, Math.max(KEPT_MS, REST * tookMs));
      this.#state = {kind: 'seen', look: {...answer, at: localNow(), tookMs}};
    } catch (error) {
      this.counts.lost++;
      this.#goodUntil = performance.now() + KEPT_MS;
      this.#state = this.#lost(error);
    } finally {
      clearTimeout(timer);
    }
    return this.#state;
  }

  #lost(error: unknown): FeedState {
    const before = this.#state;
    return {
      kind: 'lost',
      reason: error instanceof Error ? error.message : String(error),
      code: isRatectlError(error) ? error.code : 'store/unreachable',
      since: before?.kind === 'lost' ? before.since : this.#options.localNow(),
      last: before?.kind === 'lost' ? before.last : before?.look,
    };
  }
}
