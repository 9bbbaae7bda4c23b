import type {BreakerSpec} from '../breaker-spec.ts';
import type {BudgetWindow} from './refresh-budget.ts';
import type {Rotation} from './refresh-rules.ts';

/** Where a secret comes from; a policy holds none itself. */
export type SecretSource =
  | {readonly kind: 'env'; readonly name: string}
  /** Relative to the policy's folder. */
  | {readonly kind: 'file'; readonly path: string}
  /** A program and its arguments; run without a shell, its first line is the secret. */
  | {readonly kind: 'command'; readonly argv: readonly string[]};

/** How the client proves itself at the token endpoint (RFC 6749 section 2.3, RFC 7523 section 2.2). */
export type ClientAuth =
  | {readonly kind: 'none'}
  | {readonly kind: 'basic' | 'post'; readonly secret: SecretSource}
  /** PEM (PKCS #8) of the private key. */
  | {
      readonly kind: 'private-key-jwt';
      readonly key: SecretSource;
      readonly algorithm: 'RS256' | 'PS256' | 'ES256' | 'EdDSA';
      /** Empty: the assertion names no key. */
      readonly keyId: string;
    };

/** An entry of `tokens` in a policy. Spans are whole µs. */
export interface TokenProviderSpec {
  readonly name: string;
  /** https, or http to a loopback address. */
  readonly tokenUrl: string;
  readonly grant: 'refresh-token' | 'client-credentials';
  readonly clientId: string;
  readonly auth: ClientAuth;
  /** Empty: what was granted first. */
  readonly scopes: readonly string[];
  /** Further parameters of the token request, such as `audience`. */
  readonly parameters: ReadonlyMap<string, string>;
  /** A client-credentials grant spends nothing: `none`. */
  readonly rotation: Rotation;
  readonly budget: readonly BudgetWindow[];
  /** A token is refreshed so long before it expires, … */
  readonly margin: number;
  /** … and up to this share of the margin earlier, 0 … 1, so that many providers are not refreshed at once. */
  readonly jitter: number;
  /** How long the provider may take. */
  readonly timeout: number;
  /** How long the right to refresh lasts without renewal. */
  readonly lease: number;
  /** Waits after failures: up to `first`, doubled each time, up to `most`; at least half of that (engine/backoff.ts). */
  readonly backoff: {readonly first: number; readonly most: number};
  readonly breaker: BreakerSpec;
}
