import type {TokenProviderSpec} from '../../../src/engine/refresh/token-provider-spec.ts';
import {
  createProviderClient,
  type ProviderClientOptions,
} from '../../../src/token/provider/create-provider-client.ts';
import type {ProviderAnswer} from '../../../src/token/provider/provider-client.ts';
import {createSecretReader} from '../../../src/token/secret/secret-reader.ts';

/** A provider for tests: a public client, time enough. */
export const specOf = (changes: Partial<TokenProviderSpec> = {}): TokenProviderSpec => ({
  name: 'desk',
  tokenUrl: 'http://127.0.0.1:1/token',
  grant: 'refresh-token',
  clientId: 'app',
  auth: {kind: 'none'},
  scopes: [],
  parameters: new Map(),
  rotation: 'strict',
  budget: [{count: 1, per: 180_000_000}],
  margin: 300_000_000,
  jitter: 0,
  timeout: 20_000_000,
  lease: 30_000_000,
  backoff: {first: 1_000_000, most: 60_000_000},
  breaker: {
    failures: 5,
    rate: undefined,
    window: 60_000_000,
    minimumCalls: 10,
    recovery: 30_000_000,
    probes: 1,
  },
  ...changes,
});

export interface Ask extends Partial<ProviderClientOptions> {
  readonly refreshToken?: string | undefined;
  readonly signal?: AbortSignal;
  readonly isHeld?: () => boolean;
  readonly env?: Readonly<Record<string, string>>;
}

export const ask = (
  spec: TokenProviderSpec,
  {refreshToken, signal = new AbortController().signal, isHeld, env = {}, ...options}: Ask = {},
): Promise<ProviderAnswer> => {
  const client = createProviderClient(spec, {
    secrets: createSecretReader({env, folder: process.cwd()}),
    ...options,
  });
  return client.request({refreshToken, signal, ...(isHeld === undefined ? {} : {isHeld})});
};
