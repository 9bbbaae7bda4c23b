import type {CheckAnswer} from '../../engine/live/check.ts';
import {PartlyDecidedError} from '../partly-decided-error.ts';
import {LOCKED_HINT} from './explain-error.ts';

/** Somebody keeps rows locked. Nothing of the checks that need them was charged; the others of the call were decided. */
export class LockedRowsError extends PartlyDecidedError {
  constructor(url: string, answers: readonly (CheckAnswer | undefined)[], cause: unknown) {
    super('rows stayed locked', {kind: 'server', url, hint: LOCKED_HINT, cause}, answers);
  }
}
