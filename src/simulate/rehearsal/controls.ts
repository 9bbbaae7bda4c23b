import {
  type AdaptiveState,
  effectiveShare,
  idleAdaptive,
  stepAdaptive,
} from '../../engine/control/adaptive.ts';
import type {
  AdaptiveSpec,
  DegradationMode,
  DegradationSpec,
  LoadSample,
  SignalName,
} from '../../engine/control/control-spec.ts';
import {
  type DegradationState,
  modeAt,
  normalDegradation,
  stepDegradation,
} from '../../engine/control/degradation.ts';
import type {Policy} from '../../engine/policy-model.ts';
import type {EventQueue, Happening} from './event-queue.ts';
import type {LoadSums} from './load-sums.ts';
import type {Transitions} from './transitions.ts';

export interface ControlParts {
  readonly events: EventQueue;
  readonly load: LoadSums;
  readonly transitions: Transitions;
  /** A share, or the mode, is another one from now on. */
  readonly changed: (now: number) => void;
}

/** Adaptive control and degradation: each looks at the load of its last interval and moves on. */
export class Controls {
  readonly #adaptive: readonly AdaptiveLoop[];
  readonly #degradation: DegradationLoop | undefined;

  constructor({adaptive, degradation}: Policy, parts: ControlParts) {
    this.#adaptive = adaptive.map((spec) => new AdaptiveLoop(spec, parts));
    this.#degradation = degradation && new DegradationLoop(degradation, parts);
  }

  get mode(): DegradationMode {
    return this.#degradation?.mode ?? 'normal';
  }

  /** Shares in force by the name of the control. */
  get shares(): ReadonlyMap<string, number> {
    return new Map(this.#adaptive.map(({spec, share}) => [spec.name, share]));
  }

  /** Of limits that are held back; the smallest share counts where several controls hold one back. */
  sharesOfLimits(): ReadonlyMap<string, number> {
    return this.#sharesBy(({limits}) => limits);
  }

  sharesOfPools(): ReadonlyMap<string, number> {
    return this.#sharesBy(({pools}) => pools);
  }

  /** A request comes: loops that slept as nothing happened look again. */
  wake(now: number): void {
    for (const loop of this.#adaptive) loop.wake(now);
    this.#degradation?.wake(now);
  }

  #sharesBy(names: (spec: AdaptiveSpec) => readonly string[]): ReadonlyMap<string, number> {
    const shares = new Map<string, number>();
    for (const {spec, share} of this.#adaptive)
      for (const name of names(spec)) shares.set(name, Math.min(share, shares.get(name) ?? 1));
    return shares;
  }
}

/**
 * Looks every so often. While nothing happens and nothing more would follow from what is measured it sleeps: neither the pauses of a
 * trace nor requests that take days cost anything.
 */
abstract class Loop implements Happening {
  protected readonly parts: ControlParts;
  readonly #every: number;
  #start = -1;
  #isAsleep = true;
  /** Something happened since the last look. */
  #isStirred = false;
  #seen: LoadSums['sums'];

  constructor(every: number, parts: ControlParts) {
    this.#every = every;
    this.parts = parts;
    this.#seen = parts.load.sums;
  }

  wake(now: number): void {
    this.#isStirred = true;
    if (!this.#isAsleep) return;
    this.#isAsleep = false;
    if (this.#start < 0) this.#start = now;
    const last = this.#start + Math.floor((now - this.#start) / this.#every) * this.#every;
    this.parts.load.at(last);
    this.#seen = this.parts.load.sums;
    this.parts.events.push(last + this.#every, this);
  }

  happen(now: number): void {
    const {load, events} = this.parts;
    load.at(now);
    const sample = load.sampleSince(this.#seen, this.#every);
    this.#seen = load.sums;
    const wasStirred = this.#isStirred;
    this.#isStirred = false;
    const isSettled = this.step(sample, now);
    this.#isAsleep = isSettled && !wasStirred && !this.#isStirred;
    if (!this.#isAsleep) events.push(now + this.#every, this);
  }

  /** True: the same sample again would change nothing. */
  protected abstract step(sample: LoadSample, now: number): boolean;
}

class AdaptiveLoop extends Loop {
  readonly spec: AdaptiveSpec;
  #state: AdaptiveState = idleAdaptive;

  constructor(spec: AdaptiveSpec, parts: ControlParts) {
    super(spec.every, parts);
    this.spec = spec;
  }

  get share(): number {
    return effectiveShare(this.#state, this.spec);
  }

  protected override step(sample: LoadSample, now: number): boolean {
    const before = this.#state;
    const share = this.share;
    this.#state = stepAdaptive(before, this.spec, sample, now);
    if (this.share !== share) this.parts.changed(now);
    return this.#state.share === before.share && this.#state.longTerm === before.longTerm;
  }
}

class DegradationLoop extends Loop {
  readonly #spec: DegradationSpec;
  #state: DegradationState = normalDegradation;

  constructor(spec: DegradationSpec, parts: ControlParts) {
    super(spec.every, parts);
    this.#spec = spec;
  }

  get mode(): DegradationMode {
    return this.#state.mode;
  }

  protected override step(sample: LoadSample, now: number): boolean {
    const from = modeAt(this.#state, now).mode;
    this.#state = stepDegradation(this.#state, this.#spec, sample, now);
    const {mode: to} = modeAt(this.#state, now);
    if (from !== to) {
      const why = whyOf(this.#state);
      this.parts.transitions.add({at: now, kind: 'mode', name: 'degradation', key: undefined, from, to, why});
      this.parts.changed(now);
    }
    return from === to && this.#state.aboveSince === 0 && this.#state.belowSince === 0;
  }
}

const SIGNAL_WORDS: Readonly<Record<SignalName, string>> = {
  cpu: 'CPU',
  memory: 'memory',
  eventLoop: 'event loop delay',
  responseTime: 'response time',
};

const whyOf = ({signal, pressure}: DegradationState): string =>
  signal === undefined
    ? 'nothing was measured'
    : `${SIGNAL_WORDS[signal]} at ${Math.round(pressure * 100)}% of its target`;
