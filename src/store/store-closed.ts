import {StoreError} from './store-error.ts';

/** What every method of a store rejects with after `close`. */
export const storeClosed = (url: string): StoreError =>
  new StoreError('the store is closed', {
    kind: 'unreachable',
    url,
    hint: 'a store cannot be used after close(); open a new one',
  });
