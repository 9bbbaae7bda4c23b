import {type AdaptiveState, stepAdaptive} from '../../engine/control/adaptive.ts';
import type {AdaptiveSpec, DegradationSpec, LoadSample} from '../../engine/control/control-spec.ts';
import {
  DEGRADATION_MODES,
  type DegradationState,
  stepDegradation,
  withoutManual,
} from '../../engine/control/degradation.ts';
import {worstSample} from '../../engine/control/pressure.ts';
import {
  changeAdaptive,
  changeDegradation,
  LOAD_KIND,
  listAdaptive,
  listLoads,
  putLoad,
  readDegradation,
} from '../../store/control-document.ts';
import {EVENT_JOURNAL, type StoredEvent} from '../../store/event-journal.ts';
import type {Store} from '../../store/port.ts';
import type {StoreClock} from '../../store/store-clock.ts';
import type {ControlPolicy, ControlStates} from './control-states.ts';

export type ControlStore = Pick<Store, 'get' | 'put' | 'list' | 'remove' | 'append' | 'now' | 'listen'>;

export interface SharedControlParts {
  readonly policy: ControlPolicy;
  readonly states: ControlStates;
  readonly clock: StoreClock;
  /** Unique among all processes. */
  readonly instance: string;
  /** The interval at which this process says what it measured, µs. */
  readonly every: number;
}

/**
 * One process among several: says what it measured, hears what the others did, and makes the steps that are due, by compare-and-set, so
 * that each is made once however many processes there are. The store's clock alone says when.
 */
export class SharedControl {
  readonly #parts: SharedControlParts;
  /** Whether steps were made without the store since it was asked last. */
  #wasAlone = false;

  constructor(parts: SharedControlParts) {
    this.#parts = parts;
  }

  /** What is stored, without a step. Of a store that was away only what was set by hand: the rest comes with the next step. */
  async look(store: ControlStore): Promise<void> {
    const {policy, states, clock} = this.#parts;
    clock.sync(await store.now());
    if (policy.degradation !== undefined) {
      const stored = await readDegradation(store);
      states.setDegradation(this.#wasAlone ? withManualOf(states.degradation, stored) : stored);
    }
    if (policy.adaptive.length === 0 || this.#wasAlone) return;
    const stored = new Map((await listAdaptive(store)).map(({name, state}) => [name, state]));
    for (const {name} of policy.adaptive) {
      const state = stored.get(name);
      if (state !== undefined) states.setAdaptive(name, state);
    }
  }

  /** One interval with the others. */
  async exchange(store: ControlStore, sample: LoadSample): Promise<void> {
    const {policy, clock, instance, every} = this.#parts;
    const now = await store.now();
    clock.sync(now);
    await putLoad(store, {instance, sample, at: now}, every);
    const others = (await listLoads(store)).filter((load) => load.instance !== instance);
    const worst = worstSample([sample, ...others.map((load) => load.sample)]);
    for (const spec of policy.adaptive) await this.#stepAdaptive(store, spec, worst);
    if (policy.degradation !== undefined) await this.#stepDegradation(store, policy.degradation, worst);
    this.#wasAlone = false;
  }

  /** One interval without a store, from what was known last. */
  stepAlone(sample: LoadSample): void {
    const {policy, states, clock} = this.#parts;
    const now = Math.floor(clock.now());
    this.#wasAlone = true;
    for (const spec of policy.adaptive)
      states.setAdaptive(spec.name, stepAdaptive(states.adaptive(spec.name), spec, sample, now));
    if (policy.degradation !== undefined)
      states.setDegradation(stepDegradation(states.degradation, policy.degradation, sample, now));
  }

  /** This process is gone: the others go by what they measure. */
  async leave(store: ControlStore): Promise<void> {
    await store.remove(LOAD_KIND, this.#parts.instance);
  }

  async #stepAdaptive(store: ControlStore, spec: AdaptiveSpec, worst: LoadSample): Promise<void> {
    const {states} = this.#parts;
    const local = this.#wasAlone ? states.adaptive(spec.name) : undefined;
    const {after} = await changeAdaptive(store, spec.name, (stored, now) => {
      const from = local === undefined ? stored : lowerShare(stored, local);
      const next = stepAdaptive(from, spec, worst, now);
      return next === from ? stored : next;
    });
    states.setAdaptive(spec.name, after);
  }

  async #stepDegradation(store: ControlStore, spec: DegradationSpec, worst: LoadSample): Promise<void> {
    const {states} = this.#parts;
    const local = this.#wasAlone ? states.degradation : undefined;
    const {before, after} = await changeDegradation(store, (stored, now) => {
      const from = local === undefined ? stored : severerMode(stored, local);
      const next = stepDegradation(from, spec, worst, now);
      return next === from ? stored : next;
    });
    states.setDegradation(after);
    // That it cannot be told is no reason to lose the step.
    if (after.mode !== before.mode)
      await store.append(EVENT_JOURNAL, [modeEvent(before, after)]).catch(() => undefined);
  }
}

/** What was shrunk while the store was away comes back in steps, not with the store. */
const lowerShare = (stored: AdaptiveState, local: AdaptiveState): AdaptiveState =>
  local.share < stored.share ? {...stored, share: local.share} : stored;

const severerMode = (stored: DegradationState, local: DegradationState): DegradationState => {
  const rank = ({mode}: DegradationState): number => DEGRADATION_MODES.indexOf(mode);
  if (rank(local) <= rank(stored)) return stored;
  const {mode, since, aboveSince, aboveAtLeast, belowSince, steppedAt} = local;
  return {...stored, mode, since, aboveSince, aboveAtLeast, belowSince, steppedAt};
};

const withManualOf = (state: DegradationState, {manual}: DegradationState): DegradationState =>
  manual === undefined ? withoutManual(state) : {...state, manual};

const modeEvent = (before: DegradationState, {mode, pressure, signal}: DegradationState): StoredEvent => ({
  kind: 'degradation-changed',
  subject: mode,
  note: `${before.mode} → ${mode}, ${signal ?? 'nothing measured'}${signal === undefined ? '' : ` at ${Math.round(pressure * 100)} % of its target`}`,
});
