/**
 * Calls and failures of the last stretch of time, in ten slots that move on one by one: a bounded structure that forgets a tenth at a
 * time. At an instant it covers the slot that has begun and the nine before it, so between 9/10 and the whole of the stretch.
 */

/** Slots that no call fell into are left out. */
export interface CallSlot {
  /** When the slot began, µs: a multiple of its length. */
  readonly at: number;
  readonly calls: number;
  readonly failures: number;
}

export const SLOTS = 10;

/** The slots that count at `now`, oldest first. A slot of the future – the clock was put back – is taken for the current one. */
export const slotsAt = (slots: readonly CallSlot[], window: number, now: number): readonly CallSlot[] => {
  const length = lengthOf(window);
  const current = Math.floor(now / length) * length;
  const first = current - (SLOTS - 1) * length;
  const kept = slots.filter(({at}) => at >= first && at < current);
  const begun = slots.filter(({at}) => at >= current);
  return begun.length === 0 ? kept : [...kept, {at: current, ...callsIn(begun)}];
};

/** With one call more. */
export const countCall = (
  slots: readonly CallSlot[],
  window: number,
  now: number,
  failures: 0 | 1,
): readonly CallSlot[] => {
  const length = lengthOf(window);
  const at = Math.floor(now / length) * length;
  return slotsAt([...slots, {at, calls: 1, failures}], window, now);
};

export const callsIn = (slots: readonly CallSlot[]): {readonly calls: number; readonly failures: number} => ({
  calls: slots.reduce((sum, {calls}) => sum + calls, 0),
  failures: slots.reduce((sum, {failures}) => sum + failures, 0),
});

const lengthOf = (window: number): number => Math.max(1, Math.ceil(window / SLOTS));
