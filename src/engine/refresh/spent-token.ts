/**
 * Whether the current refresh token may be spent already. It may when a request that would spend it left, and its answer is not
 * known, or came too late to be used: the provider has seen it, and nobody has what it answered.
 */
import type {Reauthorise, RefreshAttempt, RefreshRecord} from './refresh-record.ts';
import type {RefreshRules} from './refresh-rules.ts';

type Rotating = Pick<RefreshRules, 'rotation' | 'spends'>;
type Spendings = Pick<RefreshRecord, 'attempts' | 'generation'>;

/** Whether an attempt may have spent the refresh token of this generation, and left nothing for it. */
export const maySpend = ({outcome, generation}: RefreshAttempt, current: number): boolean =>
  (outcome === 'answer-lost' || outcome === 'discarded') && generation === current;

/** How many attempts may have spent the current refresh token. */
export const spendings = ({attempts, generation}: Spendings): number =>
  attempts.filter((one) => maySpend(one, generation)).length;

/** Whether a refresh token can be used up. */
export const rotates = ({rotation, spends}: Rotating): boolean =>
  spends === 'refresh-token' && rotation !== 'none';

/** Set when the current refresh token may be spent and must not be tried again. */
export const unspendable = (record: Spendings, rules: Rotating, now: number): Reauthorise | undefined => {
  const allowed = rules.rotation === 'grace' ? 1 : 0;
  return rotates(rules) && spendings(record) > allowed ? {since: now, why: 'answer-lost'} : undefined;
};
