import {callListener} from '../../base/call-listener.ts';
import {moveHold, type TierMove, tierAfter} from '../../engine/behaviour/behaviour-move.ts';
import type {BehaviourSpec} from '../../engine/behaviour/behaviour-spec.ts';
import {eachCounted} from '../../engine/behaviour/counted-answers.ts';
import type {Check, CheckAnswer} from '../../engine/live/check.ts';
import {noteMoves} from '../../store/behaviour-moves.ts';
import type {Store} from '../../store/port.ts';
import type {BehaviourOutcome} from './key-behaviour.ts';
import {LimitBehaviour, type SharedKey} from './limit-behaviour.ts';
import {shareBehaviour} from './share-behaviour.ts';

export type BehaviourStore = Pick<Store, 'read' | 'change' | 'get' | 'put'>;

/** What holds for a key has changed, in this process. */
export interface BehaviourChange {
  readonly limit: string;
  readonly key: string;
  /** The tier that its last request came with, … */
  readonly tier: string;
  /** … and the one that it is treated as. */
  readonly treatedAs: string;
  /** What was decided; at an end of the ladder `treatedAs` is `tier` all the same. */
  readonly move: TierMove;
  /** Until when it holds at least, µs of the store's clock. */
  readonly until: number;
}

export interface BehaviourBookOptions {
  readonly specs: readonly BehaviourSpec[];
  /** Asks the store; may reject, with a `StoreError` too. */
  readonly call: <T>(ask: (store: BehaviourStore) => Promise<T>) => Promise<T>;
  /** The store's clock as far as it is known here, µs. */
  readonly now: () => number;
  /** Told of what changed. What it throws is ignored. */
  readonly onChange?: ((change: BehaviourChange) => unknown) | undefined;
  /** Between two exchanges with the store. Default 2,000. */
  readonly everyMs?: number;
  /** Keys of each limit that are known at the same time. Default 10,000. */
  readonly maxKeys?: number;
}

const EVERY_MS = 2_000;
const MAX_KEYS = 10_000;
/** Keys in one exchange: two round trips, whatever their number. */
const AT_ONCE = 500;

/**
 * How the keys of limits behave, and which tier they are treated as. Requests are counted here and told to the store in sums, every two
 * seconds, at most 500 keys at a time; what other processes counted comes back with that. So a request asks nobody, and all processes
 * treat a key alike a few seconds later. While the store is lost, this process goes on with what it knows.
 */
export class BehaviourBook {
  readonly #limits: ReadonlyMap<string, LimitBehaviour>;
  readonly #options: BehaviourBookOptions;
  #timer: NodeJS.Timeout | undefined;
  #sharing: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: BehaviourBookOptions) {
    const {specs, maxKeys = MAX_KEYS} = options;
    this.#options = options;
    this.#limits = new Map(specs.map((spec) => [spec.limit, new LimitBehaviour(spec, maxKeys)]));
  }

  /** Keys that are known here. */
  get size(): number {
    return [...this.#limits.values()].reduce((sum, {size}) => sum + size, 0);
  }

  /** Requests that were never told, because more keys came than are known at the same time. */
  get dropped(): number {
    return [...this.#limits.values()].reduce((sum, {dropped}) => sum + dropped, 0);
  }

  /** Begins to exchange what is counted with the store. Never keeps the process alive. */
  start(): void {
    if (this.#limits.size === 0 || this.#closed || this.#timer !== undefined) return;
    const {everyMs = EVERY_MS} = this.#options;
    this.#timer = setInterval(() => void this.share(), everyMs);
    this.#timer.unref();
  }

  /** The tier that a request to a limit is treated as, by the tier it comes with: for `RequestRouter.setTierMover`. */
  readonly tierOf = (limit: string, key: string, tier: string): string =>
    this.#limits.get(limit)?.tierOf(key, tier, this.#options.now()) ?? tier;

  /** Counts what was answered, for each limit that has its say: see `eachCounted`. */
  observe(check: Check, answer: CheckAnswer): void {
    if (this.#limits.size === 0) return;
    eachCounted(check, answer, ({limit, key, tier}, refused, retryAfter) =>
      this.count(limit, key, tier, {allowed: !refused, retryAfter}),
    );
  }

  /** Counts one request of a key; nothing, for a limit without a section `behaviour`. */
  count(limit: string, key: string, tier: string, outcome: BehaviourOutcome): void {
    if (!this.#closed) this.#limits.get(limit)?.count(key, tier, outcome, this.#options.now());
  }

  /** Exchanges what was counted with the store now. Never rejects. */
  share(turn: 'usual' | 'last' = 'usual'): Promise<void> {
    this.#sharing = this.#sharing.then(() => this.#share(turn));
    return this.#sharing;
  }

  /** Tells the rest; from now on nothing is counted. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#timer);
    await this.share('last');
  }

  async #share(turn: 'usual' | 'last'): Promise<void> {
    const {now, call} = this.#options;
    const due = [...this.#limits.values()].flatMap((limit) => limit.due(now(), turn));
    const most = turn === 'last' ? due.length : Math.min(AT_ONCE, due.length);
    let isLost = false;
    for (let from = 0; from < most && !isLost; from += AT_ONCE) {
      const keys = due.slice(from, Math.min(from + AT_ONCE, most));
      const before = keys.map(({entry}) => entry.held.move);
      try {
        const decided = await call((store) => shareBehaviour(store, keys, now));
        await this.#note(decided);
      } catch {
        isLost = true;
        for (const {entry, spec} of keys) entry.decideAlone(spec, now());
      }
      keys.forEach((key, i) => {
        if (key.entry.held.move !== before[i]) this.#tell(key);
      });
    }
  }

  /** That the index misses a key is no reason to decide alone. */
  async #note(decided: readonly SharedKey[]): Promise<void> {
    const {now, call} = this.#options;
    const ofLimits = Map.groupBy(decided, ({spec}) => spec.limit);
    for (const [limit, keys] of ofLimits) {
      const moves = keys.map(({entry: {key, tier, held}}) => ({key, tier, at: held.at, move: held.move}));
      await call((store) => noteMoves(store, limit, moves, now())).catch(() => undefined);
    }
  }

  #tell({entry: {key, tier, held}, spec}: SharedKey): void {
    const {tier: treatedAs} = tierAfter(spec, tier, held.move);
    const until = held.at + moveHold(spec);
    const change = {limit: spec.limit, key, tier, treatedAs, move: held.move, until};
    callListener(this.#options.onChange, [change]);
  }
}
