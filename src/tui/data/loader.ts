import {isRatectlError} from '../../base/ratectl-error.ts';
import {type ExplainAnswer, explainKey} from '../../operate/explain/explain-key.ts';
import type {StatusQuery} from '../../operate/status/read-status.ts';
import type {KeyExplanation} from '../../view/model/key-explanation.ts';
import type {Connect, Connection} from './connection.ts';
import type {Look} from './look.ts';
import {Looker} from './take-look.ts';

/** The key whose arithmetic is wanted. */
export interface ExplainedKey {
  readonly limit: string;
  readonly key: string;
}

export interface LoaderEvents {
  looked(look: Look): void;
  /** The store cannot be reached, or refuses: what was seen last stays. */
  lost(reason: string): void;
  explained(key: ExplainedKey, answer: KeyExplanation | {readonly problem: string}): void;
}

export interface LoaderOptions {
  readonly connect: Connect;
  readonly query: StatusQuery;
  /** Milliseconds between the beginnings of two looks. */
  readonly interval: number;
  /** ms since the epoch. */
  readonly now: () => number;
  readonly events: LoaderEvents;
}

/**
 * Looks at the store at an interval, one request at a time. A look that takes long is followed by a rest of the same length, so
 * that a dashboard never keeps a store busy for more than half of the time. After a loss the store is opened anew at every
 * interval. Only the first look of a run has to succeed.
 */
export class Loader {
  readonly #options: LoaderOptions;
  #query: StatusQuery;
  #interval: number;
  #pace: 'running' | 'paused' = 'running';
  #context: string | undefined;
  #explained: ExplainedKey | undefined;
  #looks = 0;
  #ended = false;
  #switched = false;
  /** What was asked for since the last turn. */
  #wanted: 'look' | 'explain' | undefined;
  #wake: () => void = () => undefined;

  constructor(options: LoaderOptions) {
    this.#options = options;
    this.#query = options.query;
    this.#interval = options.interval;
  }

  /** Resolves when it is stopped. Rejects when the first look fails, or with what is no fault of the store. */
  async run(): Promise<void> {
    while (!this.#ended) {
      this.#switched = false;
      try {
        await this.#options.connect(this.#context, (connection) => this.#watch(connection));
      } catch (error) {
        if (this.#looks === 0 || !isRatectlError(error)) throw error;
        if (this.#ended) return;
        this.#options.events.lost(error.message);
        // Asked for while it could not be reached: the next attempt is the answer.
        this.#wanted = undefined;
        await this.#rest(0, 'whatever the pace');
      }
    }
  }

  stop(): void {
    this.#ended = true;
    this.#wake();
  }

  /** Looks now, also when it is paused. */
  refresh(): void {
    this.#want('look');
  }

  pause(): void {
    this.#pace = 'paused';
    this.#wake();
  }

  resume(): void {
    this.#pace = 'running';
    this.#want('look');
  }

  every(ms: number): void {
    this.#interval = ms;
    this.#wake();
  }

  /** The order that decides which keys are kept when there are too many. */
  ask(order: Pick<StatusQuery, 'sort' | 'direction'>): void {
    this.#query = {...this.#query, ...order};
  }

  /** Explains a key now and after every look; undefined: none. */
  explain(key: ExplainedKey | undefined): void {
    this.#explained = key;
    if (key !== undefined) this.#want('explain');
  }

  /** Looks at the store of another context. */
  switchTo(context: string): void {
    this.#context = context;
    this.#switched = true;
    this.#want('look');
  }

  #want(what: 'look' | 'explain'): void {
    this.#wanted = this.#wanted === 'look' ? 'look' : what;
    this.#wake();
  }

  async #watch(connection: Connection): Promise<void> {
    const {now} = this.#options;
    const looker = new Looker(connection, now);
    let asked = 'look' as 'look' | 'explain' | undefined;
    while (!this.#ended && !this.#switched) {
      const before = now();
      this.#wanted = undefined;
      if (asked !== 'explain') await this.#look(looker, asked === 'look' ? 'all' : 'what is due');
      await this.#explain(connection);
      const took = now() - before;
      await this.#rest(took, 'if it runs');
      asked = this.#wanted;
    }
  }

  async #look(looker: Looker, thorough: 'all' | 'what is due'): Promise<void> {
    const look = await looker.look(this.#query, this.#looks + 1, thorough);
    if (this.#ended || this.#switched) return;
    this.#looks++;
    this.#options.events.looked(look);
  }

  async #explain({source}: Connection): Promise<void> {
    const key = this.#explained;
    if (key === undefined || this.#ended || this.#switched) return;
    const subject = {kind: 'exact', ...key} as const;
    const answer = await explainKey(source, {subject, cost: 1, tier: undefined}).then(
      ({explanation}: ExplainAnswer) => explanation,
      (error: unknown) => {
        // What cannot be explained, such as a limit that the policy no longer has, is no loss of the store.
        if (!isRatectlError(error) || !error.code.startsWith('selector/')) throw error;
        return {problem: error.message};
      },
    );
    if (this.#explained === key) this.#options.events.explained(key, answer);
  }

  /** Until the next look is due, or something is asked for. */
  async #rest(took: number, rule: 'if it runs' | 'whatever the pace'): Promise<void> {
    if (this.#ended || this.#wanted !== undefined) return;
    const started = this.#options.now();
    await new Promise<void>((resolve) => {
      let timer: NodeJS.Timeout | undefined;
      const end = (): void => {
        clearTimeout(timer);
        resolve();
      };
      const arm = (): void => {
        clearTimeout(timer);
        if (this.#ended || this.#switched || this.#wanted !== undefined) {
          end();
          return;
        }
        if (this.#pace === 'paused' && rule === 'if it runs') return;
        const gone = this.#options.now() - started;
        timer = setTimeout(end, Math.max(0, Math.max(this.#interval - took, took) - gone));
      };
      this.#wake = arm;
      arm();
    });
    this.#wake = () => undefined;
  }
}
