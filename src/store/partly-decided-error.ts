import type {CheckAnswer} from '../engine/live/check.ts';
import {StoreError, type StoreErrorDetails} from './store-error.ts';

/** A call of several checks of which some could not be decided. The others were, and are charged. */
export class PartlyDecidedError extends StoreError {
  /** The checks of the call, in their order; undefined: not decided. */
  readonly answers: readonly (CheckAnswer | undefined)[];

  constructor(message: string, details: StoreErrorDetails, answers: readonly (CheckAnswer | undefined)[]) {
    super(message, details);
    this.answers = answers;
  }
}
