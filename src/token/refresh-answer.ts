import type {TokenState} from '../engine/refresh/refresh-record.ts';

/** What became of a refresh. Instants are µs of the store's clock. */
export type RefreshAnswer =
  | {readonly kind: 'refreshed'; readonly before: TokenState | undefined; readonly after: TokenState}
  /** Another process stored a newer token since this one was asked for. */
  | {readonly kind: 'adopted'; readonly after: TokenState}
  /** It is valid for longer than was asked for. */
  | {readonly kind: 'fresh'; readonly token: TokenState}
  /** Somebody else is refreshing, at the latest until then. */
  | {readonly kind: 'busy'; readonly by: string; readonly until: number; readonly now: number}
  /** Not before then. */
  | {
      readonly kind: 'wait';
      readonly because: 'budget' | 'backoff' | 'breaker';
      readonly until: number;
      readonly now: number;
    }
  /** The provider, or the way to it, failed. `retryAt`: when the next attempt is allowed. */
  | {
      readonly kind: 'failed' | 'answer-lost';
      readonly error: string;
      readonly retryAt: number;
      readonly now: number;
    }
  /** `detail`: in words, safe to print; empty without any. */
  | {readonly kind: 'misconfigured'; readonly error: string; readonly detail: string}
  | {readonly kind: 'reauthorise'; readonly why: 'rejected' | 'answer-lost'; readonly error: string}
  | {readonly kind: 'no-token'};
