import {isStoreError, StoreError} from '../store/store-error.ts';

/** Whatever else a driver throws is a fault of the store, too: an application must not break on it. */
export const asStoreError = (error: unknown): StoreError =>
  isStoreError(error)
    ? error
    : new StoreError(error instanceof Error ? error.message : 'the store failed', {
        kind: 'server',
        url: 'the store',
        hint: 'see the cause',
        cause: error,
      });

export const noAnswerError = (timeoutMs: number): StoreError =>
  new StoreError(`no answer within ${timeoutMs} ms`, {
    kind: 'unreachable',
    url: 'the store',
    hint: 'is the server overloaded? a longer timeoutMs waits longer',
  });

export const notOpenError = (): StoreError =>
  new StoreError('the store is not open', {
    kind: 'unreachable',
    url: 'the store',
    hint: 'the limiter was closed, or has not connected yet',
  });
