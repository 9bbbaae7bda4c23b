import type {Store} from '../store/port.ts';
import {isStoreError} from '../store/store-error.ts';

/**
 * Tells the running applications of a change that is made by then: that the store is lost just now does not take it back. Answers
 * what the store said; undefined: they were told.
 */
export const announceChange = async (store: Pick<Store, 'announce'>): Promise<string | undefined> => {
  try {
    await store.announce();
    return undefined;
  } catch (error) {
    if (!isStoreError(error)) throw error;
    return error.message;
  }
};

/** The same where nothing had to be changed. Rejects when it fails: then nothing was done. */
export const announceAgain = async (store: Pick<Store, 'announce'>): Promise<undefined> => {
  await store.announce();
  return undefined;
};
