import type {CheckAnswer} from '../engine/live/check.ts';
import {ForeignRowError} from '../store/redis/foreign-row-error.ts';
import {isStoreError} from '../store/store-error.ts';

/**
 * What a failed call decided nonetheless: keys under which something foreign is kept fail alone. Empty when the store does not say
 * of which checks; undefined when the whole call failed.
 */
export const decidedBeside = (error: unknown): readonly (CheckAnswer | undefined)[] | undefined => {
  if (error instanceof ForeignRowError) return error.answers;
  return isStoreError(error) && error.kind === 'foreign' ? [] : undefined;
};
