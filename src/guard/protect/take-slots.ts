import type {Attributes} from '../../engine/live/attributes.ts';
import type {DecisionView} from '../decision-view.ts';
import {ConcurrencyLimitError, isClosed} from '../pool/concurrency-limit-error.ts';
import type {Slot} from '../pool/slot.ts';
import type {PoolGate} from './pool-gate.ts';
import {refusalBy} from './protected-decision.ts';
import type {EnterOptions} from './protection-options.ts';

/** Another process may serve, or this one when it was started again, ms. */
const CLOSED_MS = 1_000;

/** Who asks for slots. */
export interface Applicant {
  readonly attributes: Attributes;
  readonly options: Pick<EnterOptions, 'timeoutMs' | 'signal'>;
  readonly rank: number;
}

/**
 * One slot of each pool that applies, in the order of the policy, put into `slots` as they come. Answers the refusal of the first pool
 * that has none. Rejects with what is no refusal: the slots that were taken until then are the caller's.
 */
export const takeSlots = async (
  pools: readonly PoolGate[],
  {attributes, options: {timeoutMs, signal}, rank}: Applicant,
  slots: Slot[],
  now: () => number,
): Promise<DecisionView | undefined> => {
  for (const gate of pools) {
    if (!gate.applies(attributes)) continue;
    const key = gate.keyOf(attributes);
    // All queues together take no more of a request's time than it has.
    const left =
      timeoutMs === undefined || slots.length === 0 ? timeoutMs : Math.max(0, timeoutMs - waitedMs(slots));
    try {
      slots.push(await gate.pool.acquire({key, priority: rank, timeoutMs: left, signal}));
    } catch (error) {
      return refusalOf(gate, key, error, now());
    }
  }
  return undefined;
};

/** Milliseconds in queues. */
export const waitedMs = (slots: readonly Slot[]): number =>
  slots.reduce((sum, slot) => sum + slot.waitedMs, 0);

/** Throws what is no refusal. */
const refusalOf = ({spec}: PoolGate, key: string, error: unknown, now: number): DecisionView => {
  const closed = isClosed(error);
  if (!closed && !(error instanceof ConcurrencyLimitError)) throw error;
  const view = refusalBy('concurrency', {
    name: spec.name,
    key: spec.key === undefined ? undefined : key,
    capacity: spec.key === undefined ? spec.max : spec.maxPerKey,
    retryAfterMs: error instanceof ConcurrencyLimitError ? error.retryAfterMs : CLOSED_MS,
    now,
  });
  const isNobodys = closed || (error instanceof ConcurrencyLimitError && error.reason === 'store');
  return isNobodys ? {...view, limit: undefined, source: 'closed'} : view;
};
