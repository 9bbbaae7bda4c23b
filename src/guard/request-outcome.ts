/**
 * How a request that was let through ended: `failure` when what serves it failed (a status of 500 and more, an error), `abandoned` when
 * nobody waited for the answer any more, which says nothing about who serves it.
 */
export type RequestOutcome = 'success' | 'failure' | 'abandoned';

/** Of an HTTP answer: 500 and more is a failure of the server, everything below is an answer. */
export const outcomeOfStatus = (status: number): RequestOutcome => (status >= 500 ? 'failure' : 'success');
