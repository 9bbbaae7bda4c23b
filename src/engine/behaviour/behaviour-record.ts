/**
 * What a key did in the last stretch of time, in twelve slots that move on one by one: sums, so that the records of several
 * processes are added up, in any order, to the record that one process would have made.
 *
 * At an instant the slot that has begun counts and the eleven before it: between 11/12 and the whole of the window.
 */
import type {BehaviourSpec} from './behaviour-spec.ts';

/** Requests of one slot; those without any are left out. */
export interface BehaviourSlot {
  /** When the slot began, µs: a multiple of its length. */
  readonly at: number;
  readonly requests: number;
  /** Of these, the ones that the limit refused, … */
  readonly refused: number;
  /** … and of those the ones that came before the wait was over that the refusal before had named. */
  readonly early: number;
}

export interface BehaviourRecord {
  /** The first request, µs; 0 when there is none. */
  readonly since: number;
  /** Oldest first, at most 12. */
  readonly slots: readonly BehaviourSlot[];
}

/** One request, as it counts. */
export interface BehaviourRequest {
  readonly refused: boolean;
  readonly early: boolean;
}

type Window = Pick<BehaviourSpec, 'window'>;

export const BEHAVIOUR_SLOTS = 12;

export const emptyBehaviour: BehaviourRecord = {since: 0, slots: []};

/** Length of a slot, µs. */
export const behaviourSlot = ({window}: Window): number => Math.max(1, Math.ceil(window / BEHAVIOUR_SLOTS));

/** With one request more, at `now` µs. */
export const countRequest = (
  record: BehaviourRecord,
  spec: Window,
  {refused, early}: BehaviourRequest,
  now: number,
): BehaviourRecord => {
  const slot = {
    at: startOf(now, behaviourSlot(spec)),
    requests: 1,
    refused: refused ? 1 : 0,
    early: early ? 1 : 0,
  };
  return mergeBehaviour(behaviourAt(record, spec, now), {since: now, slots: [slot]}, spec);
};

/** Both together. Whatever is merged with whatever first, the result is the same. */
export const mergeBehaviour = (a: BehaviourRecord, b: BehaviourRecord, spec: Window): BehaviourRecord => {
  if (a.slots.length === 0) return b;
  if (b.slots.length === 0) return a;
  const slots = added([...a.slots, ...b.slots]);
  const first = slots.at(-1)!.at - (BEHAVIOUR_SLOTS - 1) * behaviourSlot(spec);
  return {since: Math.min(a.since, b.since), slots: slots.filter(({at}) => at >= first)};
};

/**
 * What of it counts at `now`. A slot of the future – the clock was put back, or another hand wrote it – is taken for the current one. A
 * key without a request in the window is as if never seen.
 */
export const behaviourAt = (record: BehaviourRecord, spec: Window, now: number): BehaviourRecord => {
  const length = behaviourSlot(spec);
  const current = startOf(now, length);
  const first = current - (BEHAVIOUR_SLOTS - 1) * length;
  const isTidy = ({at}: BehaviourSlot): boolean => at >= first && at <= current && at % length === 0;
  const slots = record.slots.every(isTidy)
    ? record.slots
    : added(
        record.slots
          .map((slot) => ({...slot, at: Math.min(current, startOf(slot.at, length))}))
          .filter(({at}) => at >= first),
      );
  const oldest = slots[0];
  if (oldest === undefined) return emptyBehaviour;
  // The first request lies in the oldest slot, or before it.
  const since = Math.min(record.since, now, oldest.at + length - 1);
  return slots === record.slots && since === record.since ? record : {since, slots};
};

/** When nothing of it counts any more, µs; 0 when there is nothing. */
export const behaviourEndsAt = ({slots}: BehaviourRecord, spec: Window): number => {
  const newest = slots.at(-1);
  return newest === undefined ? 0 : newest.at + BEHAVIOUR_SLOTS * behaviourSlot(spec);
};

const startOf = (at: number, length: number): number => Math.floor(at / length) * length;

/** One slot for each instant, oldest first. */
const added = (slots: readonly BehaviourSlot[]): readonly BehaviourSlot[] => {
  const sums = new Map<number, BehaviourSlot>();
  for (const slot of slots) {
    const sum = sums.get(slot.at);
    sums.set(slot.at, sum === undefined ? slot : sumOf(sum, slot));
  }
  return [...sums.values()].sort((a, b) => a.at - b.at);
};

const sumOf = (a: BehaviourSlot, b: BehaviourSlot): BehaviourSlot => ({
  at: a.at,
  requests: a.requests + b.requests,
  refused: a.refused + b.refused,
  early: a.early + b.early,
});
