import {ExitCode} from '../base/exit-code.ts';
import {isRatectlError, RatectlError} from '../base/ratectl-error.ts';

/** What went wrong between us and a store. */
export type StoreErrorKind =
  /** No connection, lost connection, timeout: trying again may help. */
  | 'unreachable'
  /** The credentials are wrong, or missing. */
  | 'denied'
  /** The user may not do this (ACL, GRANT, read-only replica). */
  | 'rights'
  /** The certificate, or TLS where the server speaks none and the other way round. */
  | 'tls'
  /** The database, the service name or the file is not what it should be. */
  | 'wrong-database'
  /** Under our name there is something that is not ours. */
  | 'foreign'
  /** The server is too old, or answers something that was not expected. */
  | 'server';

export interface StoreErrorDetails {
  readonly kind: StoreErrorKind;
  /** The store's URL without any secret. */
  readonly url: string;
  readonly hint: string;
  readonly cause?: unknown;
}

/** `cannot reach redis://cache:6379: connection refused`. Exit 3 where trying again may help or rights are missing, else 2. */
export class StoreError extends RatectlError {
  readonly kind: StoreErrorKind;

  constructor(message: string, {kind, url, hint, cause}: StoreErrorDetails) {
    super(`${message} (${url})`, {
      code: `store/${kind}`,
      hint,
      exit: kind === 'wrong-database' || kind === 'foreign' ? ExitCode.usage : ExitCode.storeUnreachable,
      cause,
    });
    this.name = 'StoreError';
    this.kind = kind;
  }
}

/** Whether the store could not be used now: what `onStoreError` is for. By name: bundles of the package have a class each. */
export const isStoreError = (error: unknown): error is StoreError =>
  isRatectlError(error) && error.name === 'StoreError';
