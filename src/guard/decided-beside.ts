import type {CheckAnswer} from '../engine/live/check.ts';
import {PartlyDecidedError} from '../store/partly-decided-error.ts';
import {isStoreError} from '../store/store-error.ts';

/**
 * What a failed call decided nonetheless: keys under which something foreign is kept, whose row somebody keeps locked, or whose
 * server of a Cluster is down, fail alone. Empty when the store does not say of which checks; undefined when the whole call failed.
 */
export const decidedBeside = (error: unknown): readonly (CheckAnswer | undefined)[] | undefined => {
  if (error instanceof PartlyDecidedError) return error.answers;
  return isStoreError(error) && error.kind === 'foreign' ? [] : undefined;
};
