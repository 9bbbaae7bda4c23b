import {type HeldMove, NO_MOVE, nextMove} from '../../engine/behaviour/behaviour-move.ts';
import {
  BEHAVIOUR_SLOTS,
  type BehaviourRecord,
  type BehaviourSlot,
  behaviourAt,
  behaviourEndsAt,
  behaviourSlot,
  emptyBehaviour,
  mergeBehaviour,
} from '../../engine/behaviour/behaviour-record.ts';
import {scoreOf} from '../../engine/behaviour/behaviour-score.ts';
import type {BehaviourSpec} from '../../engine/behaviour/behaviour-spec.ts';
import {type BehaviourState, unknownBehaviour} from '../../engine/behaviour/behaviour-state.ts';
import {isEarly, NOT_TOLD, toldAgain} from '../../engine/behaviour/told-wait.ts';

/** What a limit answered a request. */
export interface BehaviourOutcome {
  readonly allowed: boolean;
  /** Until the same request would pass, µs; 0 when it was allowed, or when waiting does not help. */
  readonly retryAfter: number;
}

type Sums = {-readonly [Name in keyof BehaviourSlot]: BehaviourSlot[Name]};

/** One key, as this process knows it: what the store said last, and what was counted since. */
export class KeyBehaviour {
  readonly key: string;
  /** The tier that its last request came with. */
  tier: string;
  /** What holds for the requests of this process. */
  held: HeldMove = NO_MOVE;
  /** Requests that the store was not told of. */
  untold = 0;
  /** When the first of these was counted, µs; 0 without any. */
  untoldSince = 0;
  /** Whether requests came since the store was last asked. */
  isStale = true;
  /** Somebody else wrote over what the store had of it: the key is not shared any further. */
  isForeign = false;
  #endsAt = 0;
  #shared: BehaviourRecord = emptyBehaviour;
  #slots: Sums[] = [];
  #since = 0;
  #told = NOT_TOLD;

  constructor(key: string, tier: string) {
    this.key = key;
    this.tier = tier;
  }

  /** Whether a move holds at `now`: that of a key without requests for a whole window has ended. */
  isMoved(now: number): boolean {
    return this.held.move !== 'none' && now < this.#endsAt;
  }

  count({allowed, retryAfter}: BehaviourOutcome, spec: BehaviourSpec, now: number): void {
    const early = !allowed && isEarly(this.#told, now);
    if (!allowed) this.#told = toldAgain(this.#told, retryAfter, now);
    const slot = this.#slotAt(now, behaviourSlot(spec));
    slot.requests++;
    if (!allowed) slot.refused++;
    if (early) slot.early++;
    if (this.untold++ === 0) this.untoldSince = now;
    if (this.#since === 0) this.#since = now;
    this.isStale = true;
  }

  /** What the store is to be told, taken out; to be given back when it could not be told. */
  take(): BehaviourRecord {
    const taken = this.#untoldRecord();
    this.#slots = [];
    this.#since = 0;
    this.untold = 0;
    this.untoldSince = 0;
    return taken;
  }

  giveBack(record: BehaviourRecord, spec: BehaviourSpec, now: number): void {
    const {since, slots} = mergeBehaviour(record, this.#untoldRecord(), spec);
    this.#slots = slots.map((slot) => ({...slot}));
    this.#since = since;
    this.untold = slots.reduce((sum, {requests}) => sum + requests, 0);
    if (this.untold > 0 && this.untoldSince === 0) this.untoldSince = now;
  }

  /** What the store has, and with it what holds. */
  adopt({record, held}: BehaviourState, spec: BehaviourSpec): void {
    this.#shared = record;
    this.held = held;
    this.isStale = false;
    this.#endsAt = Math.max(behaviourEndsAt(record, spec), behaviourEndsAt(this.#untoldRecord(), spec));
  }

  /** What holds while the store cannot be asked: by what it said last and what this process saw since. */
  decideAlone(spec: BehaviourSpec, now: number): void {
    const record = this.#known(spec, now);
    this.held = nextMove(this.held, spec, scoreOf(record, spec, now), now);
    this.#endsAt = behaviourEndsAt(record, spec);
    if (this.isForeign) this.isStale = false;
  }

  /** All that is known here. */
  #known(spec: BehaviourSpec, now: number): BehaviourRecord {
    return mergeBehaviour(behaviourAt(this.#shared, spec, now), this.#untoldRecord(), spec);
  }

  #untoldRecord(): BehaviourRecord {
    return this.#slots.length === 0
      ? emptyBehaviour
      : {since: this.#since, slots: this.#slots.map((slot) => ({...slot}))};
  }

  /** A clock that steps back goes on with the slot that it was in. */
  #slotAt(now: number, length: number): Sums {
    const at = Math.floor(now / length) * length;
    const last = this.#slots.at(-1);
    if (last !== undefined && last.at >= at) return last;
    const slot = {at, requests: 0, refused: 0, early: 0};
    this.#slots.push(slot);
    this.#endsAt = Math.max(this.#endsAt, at + BEHAVIOUR_SLOTS * length);
    if (this.#slots.length > BEHAVIOUR_SLOTS) this.#slots.shift();
    return slot;
  }
}

/** What becomes of a key when `record` is added to what the store has. */
export const addedTo = (
  {record: shared, held}: BehaviourState = unknownBehaviour,
  record: BehaviourRecord,
  spec: BehaviourSpec,
  now: number,
): BehaviourState => {
  const known = behaviourAt(shared, spec, now);
  // What was decided ends with the last request that it was decided by.
  const before = known.slots.length === 0 ? NO_MOVE : held;
  const merged = behaviourAt(mergeBehaviour(known, record, spec), spec, now);
  return {record: merged, held: nextMove(before, spec, scoreOf(merged, spec, now), now)};
};
