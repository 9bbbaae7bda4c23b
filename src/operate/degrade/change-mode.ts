import {ExitCode} from '../../base/exit-code.ts';
import {RatectlError} from '../../base/ratectl-error.ts';
import {
  type DegradationState,
  type ManualMode,
  modeAt,
  withoutManual,
} from '../../engine/control/degradation.ts';
import {changeDegradation, readDegradation} from '../../store/control-document.ts';
import type {Store} from '../../store/port.ts';
import {announceAgain, announceChange} from '../announce-change.ts';

type ModeStore = Pick<Store, 'get' | 'put' | 'now' | 'announce'>;

/** The mode as it was read before somebody agreed to change it. */
export interface ModeSeen {
  readonly state: DegradationState;
  /** What is set by hand and has not ended. */
  readonly manual: ManualMode | undefined;
  /** The store's clock, µs. */
  readonly now: number;
}

export const seeMode = async (store: Pick<Store, 'get' | 'now'>): Promise<ModeSeen> => {
  const [state, now] = await Promise.all([readDegradation(store), store.now()]);
  return {state, manual: modeAt(state, now).manual, now};
};

/** The state as it would be with this mode, or without any set by hand. */
export const planned = (state: DegradationState, manual: ManualMode | undefined): DegradationState =>
  manual === undefined ? withoutManual(state) : {...state, manual};

/**
 * Puts `manual` in place of what was seen, and tells the running applications: `announceChange`; what the rule says goes on meanwhile.
 * Throws (exit 4) when somebody else has set or cleared a mode since.
 */
export const changeMode = async (
  store: ModeStore,
  {manual: seen}: ModeSeen,
  manual: ManualMode | undefined,
): Promise<string | undefined> => {
  const {before, after} = await changeDegradation(store, (state, now) => {
    // One that has ended in between is as good as none.
    const there = modeAt(state, now).manual;
    if (there !== undefined && !isSame(there, seen)) throw drifted();
    if (there === undefined && seen !== undefined && seen.until > now) throw drifted();
    return planned(state, manual);
  });
  return after === before ? announceAgain(store) : announceChange(store);
};

const isSame = (a: ManualMode, b: ManualMode | undefined): boolean =>
  b !== undefined && a.mode === b.mode && a.at === b.at && a.until === b.until && a.by === b.by;

const drifted = (): RatectlError =>
  new RatectlError('somebody else changed the mode meanwhile; it was left as it is', {
    code: 'degrade/drift',
    exit: ExitCode.refused,
    hint: 'look at it with: ratectl degrade',
  });
