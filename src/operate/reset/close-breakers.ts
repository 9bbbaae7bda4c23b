import type {BreakerSpec} from '../../engine/breaker-spec.ts';
import {type BreakerStore, StoredBreaker} from '../../store/stored-breaker.ts';
import type {KnownBreaker} from '../status/breaker-section.ts';

export interface ClosedBreakers {
  readonly closed: number;
  /** What the store said when it ended the run; undefined: all are closed. */
  readonly failure: unknown;
}

/** Of a breaker that no policy knows: closing one asks for nothing of it. */
const UNKNOWN_SPEC: BreakerSpec = {
  failures: 1,
  rate: undefined,
  window: 60_000_000,
  minimumCalls: 1,
  recovery: 60_000_000,
  probes: 1,
};

/**
 * Closes them one after the other. A failure of the store ends that, and what was done stays done. Throws what the store said when none
 * is known to be closed.
 */
export const closeBreakers = async (
  store: BreakerStore,
  breakers: readonly Pick<KnownBreaker, 'name' | 'spec'>[],
  by: string,
): Promise<ClosedBreakers> => {
  let closed = 0;
  try {
    for (const {name, spec} of breakers) {
      await new StoredBreaker(store, name, spec ?? UNKNOWN_SPEC).reset(by);
      closed++;
    }
  } catch (error) {
    if (closed === 0) throw error;
    return {closed, failure: error};
  }
  return {closed, failure: undefined};
};
