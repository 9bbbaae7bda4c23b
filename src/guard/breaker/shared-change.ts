import type {Admission} from '../../engine/breaker.ts';
import type {BreakerState} from '../../engine/breaker-state.ts';

/** A state that was there, and another one that is there instead. */
export interface SharedChange {
  readonly before: BreakerState;
  readonly after: BreakerState;
  /** `elsewhere`: another process changed it. */
  readonly where: 'here' | 'elsewhere';
}

/** When outcomes are to be told to the others: `later` where nothing is counted against it. */
export type Urgency = 'now' | 'soon' | 'later' | 'not';

export type Place =
  | {readonly kind: 'allowed'; readonly probe: number | undefined}
  /** µs of the store's clock. */
  | {readonly kind: 'refused'; readonly until: number};

export const placeOf = (admission: Admission): Place =>
  admission.kind === 'refused'
    ? {kind: 'refused', until: admission.until}
    : {kind: 'allowed', probe: admission.kind === 'probe' ? admission.probe : undefined};
