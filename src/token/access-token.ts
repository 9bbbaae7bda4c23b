/** A token to call a provider with. */
export interface AccessToken {
  readonly accessToken: string;
  /** Epoch milliseconds by the store's clock; Infinity: the provider did not say. */
  readonly expiresAtMs: number;
  /** 1, 2, 3 …: tells one token from the next. */
  readonly generation: number;
  readonly scopes: readonly string[];
}
