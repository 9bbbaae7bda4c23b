/**
 * What the token endpoint made of a request; told apart by what it means for the refresh token. `error` is a short code: the
 * provider's (`invalid_grant`), the connection's (`ECONNREFUSED`, `timeout`) or `http-503`. `detail` is what else is known of it, for
 * people: the provider's own words are cut, escaped, and without anything that looks like a secret.
 */
export type ProviderAnswer =
  | {
      readonly kind: 'token';
      readonly accessToken: string;
      /** Undefined: the answer has none, the old one stays valid (RFC 6749 section 6). */
      readonly refreshToken: string | undefined;
      /** Seconds; undefined: not told. */
      readonly expiresIn: number | undefined;
      /** Undefined: as before. */
      readonly scopes: readonly string[] | undefined;
    }
  /** Nothing was spent: no connection, 429, 503, an error that the request cannot cause. `retryAfterMs` 0: not told. */
  | {readonly kind: 'failed'; readonly error: string; readonly detail?: string; readonly retryAfterMs: number}
  /** `invalid_grant`: the refresh token is revoked, expired, or was spent by another. */
  | {readonly kind: 'rejected'; readonly error: string; readonly detail?: string}
  /** `invalid_client`, `invalid_scope`, `unauthorized_client` …: a person has to change the configuration. Nothing was spent. */
  | {readonly kind: 'misconfigured'; readonly error: string; readonly detail?: string}
  /** The request left, and no answer that can be relied on came: a timeout, a cut connection, another 5xx, not JSON. */
  | {
      readonly kind: 'answer-lost';
      readonly error: string;
      readonly detail?: string;
      readonly retryAfterMs: number;
    };

export interface ProviderRequest {
  /** The refresh token to spend; undefined for client credentials. */
  readonly refreshToken: string | undefined;
  /** Ends the request: the lease is over. */
  readonly signal: AbortSignal;
  /** Asked when the connection stands, right before the request leaves: whether the lease is still held. @default always */
  readonly isHeld?: () => boolean;
}

/** One provider's token endpoint. Never rejects, and no answer or error text holds a secret. */
export interface ProviderClient {
  request(request: ProviderRequest): Promise<ProviderAnswer>;
}
