/** What answers tell the client, and how. */
export interface AnswerOptions {
  /**
   * Which header families are sent: `ratelimit` is the IETF pair `RateLimit-Policy` and `RateLimit`, `x-ratelimit` the older
   * `X-RateLimit-Limit`, `-Remaining` and `-Reset`. `Retry-After` is sent with every refusal that waiting can help.
   * @default ['ratelimit', 'x-ratelimit']
   */
  readonly headers?: readonly HeaderFamily[];
  /** `X-RateLimit-Reset` as seconds since the epoch (by the store's clock), or as seconds from now. @default 'epoch' */
  readonly xRateLimitReset?: 'epoch' | 'delta';
  /**
   * Whether `RateLimit` tells the client its partition key (`pk`) in the limit that decided: as it is, or as the first 9
   * bytes of its SHA-256. Keys may be personal data (addresses, tenants): they are left out unless asked for.
   * @default 'omit'
   */
  readonly partitionKey?: 'omit' | 'hash' | 'plain';
  /** Status of refusals that waiting does not help: the key is blocked, or the cost is above the capacity. @default 429 */
  readonly neverStatus?: number;
}

export type HeaderFamily = 'ratelimit' | 'x-ratelimit';
