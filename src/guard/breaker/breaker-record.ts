import type {UntoldOutcome} from '../../engine/breaker-outcomes.ts';
import type {BreakerSpec} from '../../engine/breaker-spec.ts';
import {type BreakerState, isPlainlyClosed} from '../../engine/breaker-state.ts';
import {breakerEvent, breakerExpiry, breakerStateOf} from '../../store/breaker-document.ts';
import {EVENT_JOURNAL} from '../../store/event-journal.ts';
import {BREAKER_KIND} from '../../store/stored-breaker.ts';
import type {StoreLink} from './store-link.ts';

/** The document as it is known here; version 0: there is none. */
export interface KnownDocument {
  readonly state: BreakerState;
  readonly version: number;
}

export interface BreakerRecordParts {
  /** Of the document. */
  readonly id: string;
  readonly spec: BreakerSpec;
  readonly link: StoreLink;
  /** `counting`: there is a document only while something is counted against it, and it ends by itself. */
  readonly kept: 'always' | 'counting';
  /** Whether the journal of events is told of a change. @default always */
  readonly journals?: (() => boolean) | undefined;
}

/** Written, and the answer was lost: whether it is there is seen at the next look. */
interface Doubtful {
  readonly told: readonly UntoldOutcome[];
  readonly version: number;
  readonly json: string;
}

/** The shared document of a breaker: what is known of it, and changes by compare-and-set. */
export class BreakerRecord {
  readonly #parts: BreakerRecordParts;
  #known: KnownDocument | undefined;
  #doubtful: Doubtful | undefined;

  constructor(parts: BreakerRecordParts) {
    this.#parts = parts;
  }

  /** Undefined: it has to be read. */
  get known(): KnownDocument | undefined {
    return this.#known;
  }

  /** Whether outcomes were told, and it is not known whether they arrived. */
  get isDoubtful(): boolean {
    return this.#doubtful !== undefined;
  }

  learn(document: KnownDocument | undefined): void {
    this.#known = document;
  }

  /** Reads it. `untold`: outcomes that were thought to be told, and did not arrive. Rejects with a StoreError. */
  async read(): Promise<{readonly document: KnownDocument; readonly untold: readonly UntoldOutcome[]}> {
    const found = await this.#parts.link.call((store) => store.get(BREAKER_KIND, this.#parts.id));
    const document = {state: breakerStateOf(found), version: found?.version ?? 0};
    const doubtful = this.#doubtful;
    this.#doubtful = undefined;
    this.#known = document;
    const isThere =
      document.version === (doubtful?.version ?? 0) + 1 && JSON.stringify(document.state) === doubtful?.json;
    return {document, untold: doubtful === undefined || isThere ? [] : doubtful.told};
  }

  /**
   * Writes the state that came of `before` and the outcomes `told`. Answers whether it did; not when another document was there.
   * Rejects with a StoreError.
   */
  async write(
    before: KnownDocument,
    state: BreakerState,
    told: readonly UntoldOutcome[],
    by: string | undefined,
  ): Promise<boolean> {
    this.#known = undefined;
    try {
      const version = await this.#put(before.version, state);
      if (version === undefined) return false;
      this.#known = {state, version};
    } catch (error) {
      const {version} = before;
      const value = breakerStateOf({id: '', version, expiresAt: 0, value: state});
      this.#doubtful = {told, version, json: JSON.stringify(value)};
      throw error;
    }
    this.#journal(before.state, state, by);
    return true;
  }

  async #put(version: number, state: BreakerState): Promise<number | undefined> {
    const {link, id, spec, kept} = this.#parts;
    if (kept === 'counting' && isPlainlyClosed(state)) {
      if (version === 0) return 0;
      return (await link.call((store) => store.remove(BREAKER_KIND, id, version))) ? 0 : undefined;
    }
    const expiry = kept === 'counting' ? {expiresAt: breakerExpiry(state, spec, link.now())} : {};
    const options = {ifVersion: version, ...expiry};
    return (await link.call((store) => store.put(BREAKER_KIND, id, state, options)))?.version;
  }

  #journal(before: BreakerState, after: BreakerState, by: string | undefined): void {
    const event = breakerEvent(this.#parts.id, before, after, by);
    if (event === undefined || this.#parts.journals?.() === false) return;
    // That it cannot be told is no reason to refuse a call.
    this.#parts.link.call((store) => store.append(EVENT_JOURNAL, [event])).catch(() => undefined);
  }
}
