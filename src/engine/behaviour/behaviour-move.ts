/**
 * Where a score moves a key: one step of the ladder from the tier that its requests come with. Tiers of a key are not followed from step to
 * step – what a key is treated as never depends on what it was treated as before – so that nothing drifts away from the plan that
 * a client has.
 *
 * A key does not flap: what was decided holds for at least one slot of the window (5 min of an hour) before the score is asked again.
 */
import {behaviourSlot} from './behaviour-record.ts';
import type {BehaviourScore} from './behaviour-score.ts';
import type {BehaviourSpec} from './behaviour-spec.ts';

export type TierMove = 'up' | 'down' | 'none';

/** What was decided for a key, and when. */
export interface HeldMove {
  readonly move: TierMove;
  /** µs; 0: nothing was decided yet. */
  readonly at: number;
}

/** A tier a request came with, and where it goes. */
export interface MovedTier {
  readonly tier: string;
  /** `none`: the tier is the one that it came with, be it that the ladder ends there. */
  readonly move: TierMove;
}

type Ladder = Pick<BehaviourSpec, 'ladder' | 'demoteTo'>;
type Judged = Pick<BehaviourScore, 'score' | 'known'>;

export const NO_MOVE: HeldMove = {move: 'none', at: 0};

/** How long a decision holds at least, µs. */
export const moveHold = behaviourSlot;

/** What a score asks for, whatever was decided before. Nothing, while it is not known. */
export const moveFor = (
  {promote, demote}: Pick<BehaviourSpec, 'promote' | 'demote'>,
  {score, known}: Judged,
): TierMove => {
  if (!known) return 'none';
  return score >= promote ? 'up' : score <= demote ? 'down' : 'none';
};

/** What holds from now on: `held` itself when nothing changes. */
export const nextMove = (held: HeldMove, spec: BehaviourSpec, judged: Judged, now: number): HeldMove => {
  const move = moveFor(spec, judged);
  if (move === held.move) return held;
  // A decision of the future was made by another clock: it does not hold for longer than one that is made now.
  const decided = Math.min(held.at, now);
  return held.at > 0 && now < decided + moveHold(spec) ? held : {move, at: now};
};

/** The tier a key is treated as. A tier that the ladder does not have is left alone. */
export const tierAfter = ({ladder, demoteTo}: Ladder, tier: string, move: TierMove): MovedTier => {
  const step = ladder.indexOf(tier);
  if (step < 0 || move === 'none') return {tier, move: 'none'};
  const next =
    move === 'up' ? Math.min(step + 1, ladder.length - 1) : demoteTo === 'lowest' ? 0 : Math.max(step - 1, 0);
  return next === step ? {tier, move: 'none'} : {tier: ladder[next]!, move};
};

/** Both in one, without anything held: what a score makes of a tier. */
export const movedTier = (spec: BehaviourSpec, tier: string, judged: Judged): MovedTier =>
  tierAfter(spec, tier, moveFor(spec, judged));
