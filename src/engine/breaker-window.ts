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

export type CallCounts = Pick<CallSlot, 'calls' | 'failures'>;

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

/** With so many calls more. */
export const countCalls = (
  slots: readonly CallSlot[],
  window: number,
  now: number,
  more: CallCounts,
): readonly CallSlot[] => slotsAt([...slots, {at: slotOf(window, now), ...more}], window, now);

/** When the slot began that an instant falls into. */
export const slotOf = (window: number, now: number): number => {
  const length = lengthOf(window);
  return Math.floor(now / length) * length;
};

export const callsIn = (slots: readonly CallSlot[]): CallCounts => ({
  calls: slots.reduce((sum, {calls}) => sum + calls, 0),
  failures: slots.reduce((sum, {failures}) => sum + failures, 0),
});

const lengthOf = (window: number): number => Math.max(1, Math.ceil(window / SLOTS));
