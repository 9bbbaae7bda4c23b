/**
 * How well a key behaves: a number from 0 to 1, the sum of three terms.
 *
 * ```
 * score = 0.4 × success + 0.3 × consistency + 0.3 × (1 − abuse)
 *
 * success     = allowed ÷ requests
 * consistency = Σ over slots min(allowed in the slot, even share of the slot) ÷ requests
 *               even share = requests × time observed in the slot ÷ time observed
 * abuse       = early ÷ requests
 * ```
 *
 * *Early* is a request that was refused again, because it came before the wait was over that the refusal before had named. *Time observed* is what of the window lies
 * between the first request of the key and now: the slot that has begun counts with the part that has passed.
 *
 * Consistency is the share of requests that were allowed and would stay in their slot if all requests were spread evenly. When all
 * are allowed that is 1 − H, where H = ½ Σ |share of requests − share of time| is Hoover's index of concentration (E. M. Hoover, "The
 * Measurement of Industrial Localization", Review of Economics and Statistics 18, 1936): 1 for an even stream, 1/12 for all of an hour's
 * requests in one slot of twelve. The coefficient of variation would be the usual measure of spread, but it has no upper end, needs
 * a square root, and calls a client uneven that merely sends at random: with four requests in each slot on average, chance alone
 * makes 1 − CV = 0.5, and 1 − H = 0.8. Refused requests do not count as consistent: else the steadiest of floods would earn all 0.3.
 * Before two slots have been observed nothing is known of consistency but that it is not above success: its value is 0.5, or success
 * where that is less.
 *
 * So a client that sends evenly and never waits has a score of just the share of its requests that is allowed.
 *
 * With fewer requests in the window than `minimumRequests` nothing is known of the key: every term is 0.5, and so is the score.
 *
 * Worked example, window 1 h (slots of 5 min), a key observed for 4 whole slots: 30, 10, 30, 10 requests, of which 0, 0, 20, 0 are
 * refused, 8 of them early. An even share is 80 ÷ 4 = 20.
 *
 * | term | value | weight | points |
 * |---|---|---|---|
 * | success | 60 ÷ 80 = 0.75 | 0.4 | 0.3 |
 * | consistency | (20 + 10 + 10 + 10) ÷ 80 = 0.625 | 0.3 | 0.1875 |
 * | 1 − abuse | 1 − 8 ÷ 80 = 0.9 | 0.3 | 0.27 |
 *
 * Score 0.7575: it stays in its tier.
 */
import {BEHAVIOUR_SLOTS, type BehaviourRecord, behaviourAt, behaviourSlot} from './behaviour-record.ts';
import type {BehaviourSpec} from './behaviour-spec.ts';

export interface BehaviourTerm {
  readonly term: 'success' | 'consistency' | 'abuse';
  /** 0 … 1. Of abuse, the share of early requests: it is 1 − value that is weighed. */
  readonly value: number;
  readonly weight: number;
  /** What it adds to the score, 0 … weight. */
  readonly points: number;
}

export interface BehaviourScore {
  /** 0 … 1, to nine decimals. */
  readonly score: number;
  /** False: too few requests to say anything, and the score is 0.5. */
  readonly known: boolean;
  /** Requests in the window, … */
  readonly requests: number;
  /** … those that were refused, … */
  readonly refused: number;
  /** … and those that were sent too early. */
  readonly early: number;
  /** In this order: success, consistency, abuse. */
  readonly terms: readonly BehaviourTerm[];
}

const WEIGHTS = {success: 0.4, consistency: 0.3, abuse: 0.3} as const;
const NEUTRAL = 0.5;
/** Slots to be observed before consistency means anything. */
const OBSERVED_SLOTS = 2;

export const scoreOf = (
  record: BehaviourRecord,
  spec: Pick<BehaviourSpec, 'window' | 'minimumRequests'>,
  now: number,
): BehaviourScore => {
  const counted = behaviourAt(record, spec, now);
  const {requests, refused, early} = sumsOf(counted);
  const known = requests > 0 && requests >= spec.minimumRequests;
  const terms = [
    term('success', known ? (requests - refused) / requests : NEUTRAL),
    term('consistency', known ? consistencyOf(counted, {requests, refused}, spec, now) : NEUTRAL),
    term('abuse', known ? early / requests : NEUTRAL),
  ];
  const score = rounded(terms.reduce((sum, {points}) => sum + points, 0));
  return {score, known, requests, refused, early, terms};
};

const term = (name: BehaviourTerm['term'], value: number): BehaviourTerm => {
  const weight = WEIGHTS[name];
  const counts = name === 'abuse' ? 1 - value : value;
  return {term: name, value: rounded(value), weight, points: rounded(weight * counts)};
};

const sumsOf = ({slots}: BehaviourRecord): {requests: number; refused: number; early: number} => ({
  requests: slots.reduce((sum, {requests}) => sum + requests, 0),
  refused: slots.reduce((sum, {refused}) => sum + refused, 0),
  early: slots.reduce((sum, {early}) => sum + early, 0),
});

const consistencyOf = (
  {since, slots}: BehaviourRecord,
  {requests, refused}: {readonly requests: number; readonly refused: number},
  spec: Pick<BehaviourSpec, 'window'>,
  now: number,
): number => {
  const length = behaviourSlot(spec);
  const current = Math.floor(now / length) * length;
  const from = Math.max(since, current - (BEHAVIOUR_SLOTS - 1) * length);
  const observed = now - from;
  if (observed < OBSERVED_SLOTS * length) return Math.min(NEUTRAL, (requests - refused) / requests);
  const even = slots.reduce((sum, slot) => {
    const seen = Math.max(0, Math.min(slot.at + length, now) - Math.max(slot.at, from));
    return sum + Math.min(slot.requests - slot.refused, (requests * seen) / observed);
  }, 0);
  return Math.min(1, even / requests);
};

/** To nine decimals, so that 0.4 + 0.2 + 0.3 is what a policy calls 0.9. */
const rounded = (value: number): number => Math.round(value * 1e9) / 1e9;
