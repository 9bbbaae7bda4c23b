import {randomBytes} from 'node:crypto';
import {DEFAULT_BUDGET} from '../../src/engine/refresh/refresh-budget.ts';
import {installToken} from '../../src/engine/refresh/refresh-transitions.ts';
import type {TokenProviderSpec} from '../../src/engine/refresh/token-provider-spec.ts';
import {MemoryStore} from '../../src/store/memory/memory-store.ts';
import type {Store} from '../../src/store/port.ts';
import type {RefreshRequest} from '../../src/token/begin-refresh.ts';
import type {
  ProviderAnswer,
  ProviderClient,
  ProviderRequest,
} from '../../src/token/provider/provider-client.ts';
import type {RefreshParts} from '../../src/token/refresh-run.ts';
import {sealToken} from '../../src/token/token-material.ts';
import {TokenRecords} from '../../src/token/token-records.ts';
import {createVault} from '../../src/token/vault/create-vault.ts';
import {generateKey, parseKeyRing} from '../../src/token/vault/key-ring.ts';
import {MINUTE, S} from '../support/instants.ts';

export const NOON = 1_767_614_400_000_000;

export const VAULT = createVault(parseKeyRing(generateKey('test'), 'test'));

export const providerSpec = (more: Partial<TokenProviderSpec> = {}): TokenProviderSpec => ({
  name: 'mail',
  tokenUrl: 'https://id.example.com/token',
  grant: 'refresh-token',
  clientId: 'app',
  auth: {kind: 'none'},
  scopes: [],
  parameters: new Map(),
  rotation: 'strict',
  budget: DEFAULT_BUDGET,
  margin: 5 * MINUTE,
  jitter: 0,
  timeout: 30 * S,
  lease: MINUTE,
  backoff: {first: 10 * S, most: 10 * MINUTE},
  breaker: {
    failures: 3,
    rate: undefined,
    window: 10 * MINUTE,
    minimumCalls: 1,
    recovery: 5 * MINUTE,
    probes: 1,
  },
  ...more,
});

export const issued = (
  n: number,
  more: Partial<Extract<ProviderAnswer, {kind: 'token'}>> = {},
): ProviderAnswer => ({
  kind: 'token',
  accessToken: `access-${n}`,
  refreshToken: `refresh-${n}`,
  expiresIn: 3_600,
  scopes: undefined,
  ...more,
});

/** A provider's token endpoint that answers what a test says, and remembers what it was asked. */
export class ScriptedClient implements ProviderClient {
  readonly asked: (string | undefined)[] = [];
  answer: (request: ProviderRequest) => ProviderAnswer | Promise<ProviderAnswer> = () =>
    issued(this.asked.length + 1);

  async request(request: ProviderRequest): Promise<ProviderAnswer> {
    this.asked.push(request.refreshToken);
    return this.answer(request);
  }
}

/** A store in memory whose clock stands still until it is set, one provider, and processes that share both. */
export class TokenScene {
  now = NOON;
  readonly store: Store = new MemoryStore({access: 'write', clock: () => this.now});
  readonly client = new ScriptedClient();
  readonly spec: TokenProviderSpec;
  openUntil: number | undefined;
  readonly reported: string[] = [];

  constructor(spec: Partial<TokenProviderSpec> = {}) {
    this.spec = providerSpec(spec);
  }

  /** What one process has. */
  process(store: Pick<Store, 'get' | 'put' | 'now'> = this.store): RefreshParts {
    return {
      spec: this.spec,
      records: new TokenRecords(store, this.spec.name),
      client: this.client,
      vault: VAULT,
      breaker: {
        openUntil: async () => this.openUntil,
        admit: async () => ({kind: 'allowed', probe: undefined}),
        abandon: async (probe) => {
          this.reported.push(`abandon ${probe}`);
        },
        reset: async () => {
          this.reported.push('reset');
        },
        report: async (outcome) => {
          this.reported.push(outcome);
        },
      },
    };
  }

  /** Puts the first token in: `refresh-1`. */
  async install(expiresAt = this.now + 60 * MINUTE, refreshToken = 'refresh-1'): Promise<void> {
    const token = sealToken(
      {
        accessToken: 'access-1',
        refreshToken,
        obtainedAt: this.now,
        expiresAt,
        notBefore: 0,
        scopes: ['read'],
      },
      this.spec.name,
      VAULT,
    );
    await this.process().records.change(({record}) => ({
      record: installToken(record, token),
      answer: undefined,
    }));
  }
}

export const requestOf = (more: Partial<RefreshRequest> = {}): RefreshRequest => ({
  by: `ada@build-${randomBytes(1)[0]}`,
  reason: 'forced',
  why: 'test',
  seen: Number.POSITIVE_INFINITY,
  ifExpiresWithin: Number.POSITIVE_INFINITY,
  ...more,
});
