import {setTimeout as sleep} from 'node:timers/promises';
import {
  type Admission,
  abandon,
  admit,
  admitCheck,
  type BreakerState,
  report,
  reset,
} from '../../engine/breaker.ts';
import {applyUntold, remember, type UntoldOutcome} from '../../engine/breaker-outcomes.ts';
import {isPlainlyClosed, opened} from '../../engine/breaker-state.ts';
import {breakerKeptFor, breakerStateOf} from '../../store/breaker-document.ts';
import type {StoredDocument} from '../../store/port.ts';
import {BreakerRecord, type BreakerRecordParts, type KnownDocument} from './breaker-record.ts';
import {type Place, placeOf, type SharedChange, type Urgency} from './shared-change.ts';

export interface SharedBreakerParts extends BreakerRecordParts {
  readonly onChange: (change: SharedChange) => void;
}

type Decide<T> = (
  state: BreakerState,
  now: number,
  where: 'store' | 'here',
) => {readonly state: BreakerState; readonly answer: T};

const ATTEMPTS = 50;
/** Attempts without a pause in between. */
const AT_ONCE = 3;
const LONGEST_PAUSE_MS = 20;

/**
 * A breaker as this process knows it: the shared document, and the outcomes of its own calls that are not in it yet. Outcomes count here
 * at once; they are told with the next change, by compare-and-set, one at a time. While the store is lost it goes on with what it
 * knows. Nothing here rejects or throws because of the store.
 */
export class SharedBreaker {
  readonly #parts: SharedBreakerParts;
  readonly #record: BreakerRecord;
  #state: BreakerState = reset();
  #untold: readonly UntoldOutcome[] = [];
  /** What listeners know. */
  #told: BreakerState = reset();
  /** Probes that were let through without the store. */
  readonly #alone = new Set<number>();
  #turn: Promise<unknown> = Promise.resolve();
  /** Changes that wait for their turn, or have it. */
  #busy = 0;
  /** When a change ended last, ms of `performance.now()`. */
  #wroteAt = Number.NEGATIVE_INFINITY;
  /** When something happened last, by the store's clock. */
  #touchedAt: number;

  constructor(parts: SharedBreakerParts) {
    this.#parts = parts;
    this.#record = new BreakerRecord(parts);
    this.#touchedAt = parts.link.now();
  }

  get state(): BreakerState {
    return this.#state;
  }

  /** Whether there is something that others do not know and should. */
  get isUntold(): boolean {
    return this.#record.isDoubtful || this.#untold.length > 0;
  }

  /** Whether there is a document, as far as it is known here. */
  get isStored(): boolean {
    return (this.#record.known?.version ?? 0) > 0;
  }

  /** What a call finds, without a round trip; a `probe` has to be asked for with `takeProbe`. */
  look(): Admission {
    this.#forgetOld();
    return admit(this.#state, this.#parts.spec, this.#parts.link.now());
  }

  /** What came of a call: counts here at once. Answers when the others should be told. */
  report(kind: 'success' | 'failure', admittedAt: number, probe?: number): Urgency {
    const {spec, link} = this.#parts;
    const at = link.now();
    const before = this.#state;
    this.#forgetOld();
    this.#state = report(this.#state, spec, {kind, probe, admittedAt}, at);
    if (this.#state === before) return 'not';
    this.#touchedAt = at;
    const isAlone = probe !== undefined && this.#alone.delete(probe);
    if (!isAlone) this.#remember({kind, probe, calls: 1, admittedAt, at});
    else if (this.#state.kind === 'closed') this.#remember({kind: 'closed', at});
    if (!link.isShared) this.#tell('here');
    if (kind === 'failure' || probe !== undefined) return 'now';
    if (!isPlainlyClosed(this.#state) || before.failures > 0) return 'soon';
    return this.#parts.kept === 'always' || this.isStored ? 'later' : 'not';
  }

  /** Asks for the place of a probe; resolves to `allowed` without one when the breaker is closed meanwhile. */
  takeProbe(): Promise<Place> {
    return this.#change((state, now, where) => {
      const admission = admit(state, this.#parts.spec, now);
      if (admission.kind === 'probe' && where === 'here') this.#alone.add(admission.probe);
      return {state: admission.state, answer: placeOf(admission)};
    });
  }

  /** The place of a probe while the store is not there; undefined: it is, and has to be asked. */
  takeAlone(): Place | undefined {
    if (this.#parts.link.isShared) return undefined;
    const admission = this.look();
    this.#state = admission.state;
    if (admission.kind === 'probe') this.#alone.add(admission.probe);
    this.#tell('here');
    return placeOf(admission);
  }

  /** Asks for the next health check; undefined: it is not due, or another process makes it. */
  takeCheck(every: number): Promise<number | undefined> {
    return this.#change((state, now, where) => {
      const admission = admitCheck(state, this.#parts.spec, every, now);
      if (admission.kind === 'not-due') return {state, answer: undefined};
      if (where === 'here') this.#alone.add(admission.check);
      return {state: admission.state, answer: admission.check};
    });
  }

  /** Gives back the place of a probe, or a health check, that came to nothing. */
  async abandon(probe: number): Promise<void> {
    this.#state = abandon(this.#state, probe);
    if (!this.#alone.delete(probe))
      await this.#change((state) => ({state: abandon(state, probe), answer: undefined}));
  }

  /** Closes it and forgets what was counted, or opens it for a recovery. `by`: who does. */
  byHand(kind: 'closed' | 'opened', by: string): Promise<void> {
    return this.#change((state, now, where) => {
      if (where === 'here') this.#remember({kind, at: now});
      return {state: kind === 'closed' ? reset() : opened(state, 'operator', now), answer: undefined};
    }, by);
  }

  /** Tells the others what they do not know. */
  flush(): Promise<void> {
    return this.isUntold ? this.#change(unchanged) : Promise.resolve();
  }

  /** Looks at the document, and tells the others what they do not know. */
  sync(): Promise<void> {
    return this.#change(unchanged, undefined, 'look');
  }

  /** The document as a listing has it that was asked for at `askedAt` (ms of `performance.now()`); undefined: there is none. */
  learn(document: StoredDocument | undefined, askedAt: number): void {
    if (document === undefined && !this.isStored) return;
    // What this process has written since, or is writing, is newer than the listing.
    if (this.#busy > 0 || this.#wroteAt >= askedAt) return;
    this.#adopt({state: breakerStateOf(document), version: document?.version ?? 0}, 'elsewhere');
  }

  #remember(outcome: UntoldOutcome): void {
    if (this.#parts.link.kind === 'store') this.#untold = remember(this.#untold, outcome, this.#parts.spec);
  }

  /** One change at a time. */
  async #change<T>(decide: Decide<T>, by?: string, first: 'look' | 'try' = 'try'): Promise<T> {
    this.#busy++;
    const turn = this.#turn.then(() => this.#changeNow(decide, by, first));
    this.#turn = turn.catch(() => undefined);
    try {
      return await turn;
    } finally {
      this.#busy--;
      this.#wroteAt = performance.now();
    }
  }

  async #changeNow<T>(decide: Decide<T>, by: string | undefined, first: 'look' | 'try'): Promise<T> {
    if (this.#parts.link.isShared) {
      try {
        if (first === 'look') this.#record.learn(undefined);
        return await this.#commit(decide, by);
      } catch {
        // As while the store is lost; the guard knows whether it is.
      }
    }
    const {state, answer} = decide(this.#state, this.#parts.link.now(), 'here');
    this.#state = state;
    this.#tell('here');
    return answer;
  }

  /** Rejects with a StoreError. */
  async #commit<T>(decide: Decide<T>, by: string | undefined): Promise<T> {
    const {link, spec} = this.#parts;
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const known = await this.#known();
      const taken = this.#untold;
      const now = link.now();
      const {state, answer} = decide(applyUntold(known.state, spec, taken, now), now, 'store');
      this.#untold = [];
      if (state === known.state) {
        this.#adopt(known, 'elsewhere');
        return answer;
      }
      if (await this.#record.write(known, state, taken, by)) {
        this.#adopt(this.#record.known!, 'here');
        return answer;
      }
      this.#untold = [...taken, ...this.#untold];
      if (attempt > AT_ONCE) await sleep(Math.random() * LONGEST_PAUSE_MS);
    }
    throw new Error('the breaker is changed by others all the time');
  }

  /** The document; read when it is not known which one there is. */
  async #known(): Promise<KnownDocument> {
    const {known} = this.#record;
    if (known !== undefined) return known;
    const {document, untold} = await this.#record.read();
    if (untold.length > 0) this.#untold = [...untold, ...this.#untold];
    this.#tell('elsewhere', document.state);
    return document;
  }

  #adopt(document: KnownDocument, where: SharedChange['where']): void {
    const {spec, link} = this.#parts;
    this.#record.learn(document);
    this.#state = applyUntold(document.state, spec, this.#untold, link.now());
    this.#touchedAt = link.now();
    this.#tell(where, document.state);
  }

  #tell(where: SharedChange['where'], after = this.#state): void {
    const before = this.#told;
    this.#told = after;
    if (before.kind !== after.kind) this.#parts.onChange({before, after, where});
  }

  /** As its document does: what was counted against it long ago means nothing. */
  #forgetOld(): void {
    const {kept, spec, link} = this.#parts;
    if (kept === 'always' || this.#state.kind !== 'closed' || this.#busy > 0) return;
    if (link.now() - this.#touchedAt <= breakerKeptFor(spec)) return;
    this.#state = reset();
    this.#untold = [];
    this.#record.learn(undefined);
  }
}

const unchanged: Decide<undefined> = (state) => ({state, answer: undefined});
