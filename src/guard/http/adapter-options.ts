import type {Attributes} from '../../engine/live/request-router.ts';
import type {AnswerOptions} from './answer-options.ts';
import type {ClientIdentityOptions} from './client-identity.ts';

/** What all adapters for HTTP take. `R` is the request of the framework. */
export interface AdapterOptions<R> {
  /**
   * Attributes of the request for the policy's keys, tiers and matchers, beside `ip`, `key`, `method`, `path` and `host`, which
   * are always there and which these replace where they have the same name.
   */
  readonly attributes?: ((request: R) => Attributes | Promise<Attributes>) | undefined;
  /** Who the client is: trusted proxies, ids, IPv6 prefix. @default the address of the peer */
  readonly identity?: ClientIdentityOptions | undefined;
  /** Units that a request takes; whole, 0 or more. @default 1 */
  readonly cost?: number | ((request: R) => number) | undefined;
  /** Requests that are not checked at all. @default none */
  readonly skip?: ((request: R) => boolean) | undefined;
  /** Which headers answers have. */
  readonly answer?: AnswerOptions | undefined;
}
