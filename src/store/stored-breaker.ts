import {setTimeout as sleep} from 'node:timers/promises';
import {admit, type BreakerState, refusedUntil, report, reset} from '../engine/breaker.ts';
import {readBreakerState} from '../engine/breaker-reader.ts';
import type {BreakerSpec} from '../engine/breaker-spec.ts';
import {EVENT_JOURNAL, type StoredEvent} from './event-journal.ts';
import type {Documents, Store, StoredDocument} from './port.ts';
import {StoreError} from './store-error.ts';

/** Kind of the documents; the id is the breaker's name. */
export const BREAKER_KIND = 'breaker';

export type BreakerStore = Pick<Store, 'get' | 'put' | 'now' | 'append'>;

export type Admitted =
  /** `probe` is to be given back to `report`. */
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
    const until = refusedUntil(stateOf(await this.#get()), this.spec, now);
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
      const before = stateOf(document);
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
    if (before.kind === after.kind || after.kind === 'half-open') return;
    const event: StoredEvent =
      after.kind === 'open'
        ? {kind: 'breaker-opened', subject: this.name, note: this.#openedNote(before, after)}
        : {
            kind: 'breaker-closed',
            subject: this.name,
            note: by === undefined ? 'probes went through' : `reset by ${by}`,
          };
    await this.#store.append(EVENT_JOURNAL, [event]).catch(() => undefined);
  }

  #openedNote(before: BreakerState, {failures}: BreakerState): string {
    if (before.kind === 'half-open') return 'a probe failed';
    return failures >= this.spec.failures
      ? `${failures} failures in a row`
      : 'too large a share of calls failed';
  }

  #get(): Promise<StoredDocument | undefined> {
    return this.#store.get(BREAKER_KIND, this.name);
  }
}

/** What is none of ours counts as a breaker never used. */
const stateOf = (document: StoredDocument | undefined): BreakerState =>
  (document === undefined ? undefined : readBreakerState(document.value)) ?? reset();

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
