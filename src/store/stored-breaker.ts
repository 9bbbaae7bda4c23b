import {setTimeout as sleep} from 'node:timers/promises';
import {abandon, admit, type BreakerState, refusedUntil, report, reset} from '../engine/breaker.ts';
import {readBreakerState} from '../engine/breaker-reader.ts';
import type {BreakerSpec} from '../engine/breaker-spec.ts';
import {breakerEvent, breakerStateOf} from './breaker-document.ts';
import {EVENT_JOURNAL} from './event-journal.ts';
import type {Documents, Store, StoredDocument} from './port.ts';
import {StoreError} from './store-error.ts';

/** Kind of the documents; the id is the breaker's name, and its key where there is one for each, see breaker-document.ts. */
export const BREAKER_KIND = 'breaker';

export type BreakerStore = Pick<Store, 'get' | 'put' | 'now' | 'append'>;

export type Admitted =
  /** `probe` is to be given back to `report` or `abandon`. */
  | {readonly kind: 'allowed'; readonly probe: number | undefined}
  /** µs of the store's clock. */
  | {readonly kind: 'refused'; readonly until: number};

const ATTEMPTS = 50;
const LONGEST_PAUSE_MS = 20;

/** A circuit breaker that all processes on a store share, see engine/breaker.ts. Every method rejects with a StoreError. */
export class StoredBreaker {
  readonly name: string;
  readonly spec: BreakerSpec;
  readonly #store: BreakerStore;

  constructor(store: BreakerStore, name: string, spec: BreakerSpec) {
    this.#store = store;
    this.name = name;
    this.spec = spec;
  }

  /** When a call may go through, µs; undefined: now. Takes no place of a probe. */
  async openUntil(): Promise<number | undefined> {
    const now = await this.#store.now();
    const until = refusedUntil(breakerStateOf(await this.#get()), this.spec, now);
    return until > now ? until : undefined;
  }

  /** Asks for one call. */
  admit(): Promise<Admitted> {
    return this.#change((state, now) => {
      const admission = admit(state, this.spec, now);
      const answer: Admitted =
        admission.kind === 'refused'
          ? {kind: 'refused', until: admission.until}
          : {kind: 'allowed', probe: admission.kind === 'probe' ? admission.probe : undefined};
      return {state: admission.state, answer};
    });
  }

  report(kind: 'success' | 'failure', probe?: number): Promise<void> {
    return this.#change((state, now) => ({
      state: report(state, this.spec, {kind, probe}, now),
      answer: undefined,
    }));
  }

  /** The call of a probe was not made: its place is free for another. */
  abandon(probe: number): Promise<void> {
    return this.#change((state) => ({state: abandon(state, probe), answer: undefined}));
  }

  /** Closes it, and forgets what was counted. `by`: who or what did, for the journal of events. */
  reset(by: string): Promise<void> {
    return this.#change(() => ({state: reset(), answer: undefined}), by);
  }

  async #change<T>(
    decide: (state: BreakerState, now: number) => {readonly state: BreakerState; readonly answer: T},
    by?: string,
  ): Promise<T> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const now = await this.#store.now();
      const document = await this.#get();
      const before = breakerStateOf(document);
      const {state, answer} = decide(before, now);
      if (state === before) return answer;
      const put = await this.#store.put(BREAKER_KIND, this.name, state, {ifVersion: document?.version ?? 0});
      if (put !== undefined) {
        await this.#tell(before, state, by);
        return answer;
      }
      await sleep(Math.random() * LONGEST_PAUSE_MS);
    }
    throw new StoreError(`breaker "${this.name}" is changed by others all the time`, {
      kind: 'server',
      url: 'the store',
      hint: 'share one breaker among fewer processes',
    });
  }

  /** The journal of events has when it opens, and when it closes. That it cannot be told is no reason to refuse a call. */
  async #tell(before: BreakerState, after: BreakerState, by: string | undefined): Promise<void> {
    const event = breakerEvent(this.name, before, after, by);
    if (event !== undefined) await this.#store.append(EVENT_JOURNAL, [event]).catch(() => undefined);
  }

  #get(): Promise<StoredDocument | undefined> {
    return this.#store.get(BREAKER_KIND, this.name);
  }
}

/** All breakers of a store, by name. */
export const listBreakers = async (
  store: Pick<Documents, 'list'>,
): Promise<readonly {readonly name: string; readonly state: BreakerState}[]> => {
  const documents = await store.list(BREAKER_KIND);
  return documents.flatMap(({id, value}) => {
    const state = readBreakerState(value);
    return state === undefined ? [] : [{name: id, state}];
  });
};
