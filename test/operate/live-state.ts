import type {LiveOverride} from '../../src/engine/live/live-override.ts';
import {RequestRouter} from '../../src/engine/live/request-router.ts';
import type {StatusQuery, StatusSource} from '../../src/operate/status/read-status.ts';
import {type LoadedPolicy, parsePolicy} from '../../src/policy/load-policy.ts';
import {factsOf} from '../../src/simulate/algorithm-facts.ts';
import {MemoryStore} from '../../src/store/memory/memory-store.ts';
import {OVERRIDE_KIND, overrideDocument} from '../../src/store/override-document.ts';
import type {Store} from '../../src/store/port.ts';
import {S} from '../support/instants.ts';

/** 2026-01-05T12:00:00Z. */
export const NOON = 1_767_614_400_000_000;

export const POLICY = `version: 1
limits:
  - {name: per-ip, key: "{ip}", unless: {path: [/health]}, algorithm: token-bucket, rate: 10/s, burst: 20, overrides: {"10.0.0.9": exempt}}
  - {name: per-tenant, key: "{tenant}", algorithm: sliding-window, limit: 100, window: 60s, mode: shadow}
  - name: plan
    key: "{tenant}"
    tier: "{plan}"
    tiers:
      free: [{algorithm: gcra, rate: 100/m, burst: 100}, {algorithm: fixed-window, limit: 130, window: 1h, countDenied: true}]
      premium: [{algorithm: fixed-window, limit: 1000, window: 1h}]
`;

export type Request = Readonly<Record<string, string>>;

/** A store in memory with a policy, whose clock is moved by hand. */
export class LiveState {
  readonly loaded: LoadedPolicy;
  readonly store: MemoryStore;
  now = NOON;
  /** How far the store's clock is ahead of ours, µs. */
  skew = 0;
  readonly #router: RequestRouter;

  constructor(policy = POLICY) {
    this.loaded = parsePolicy(policy, 'ratectl.yaml');
    this.#router = new RequestRouter(this.loaded.policy);
    this.store = new MemoryStore({access: 'write', clock: () => this.now});
  }

  /** Sends the request so many times, one after the other. */
  async send(request: Request, times: number, store: Store = this.store): Promise<void> {
    for (let i = 0; i < times; i++)
      await store.check([this.#router.route(request, {cost: 1, now: this.now, hold: 0})]);
  }

  async override(override: LiveOverride): Promise<void> {
    const {id, value} = overrideDocument(override, {by: 'ops@host', why: 'test', at: this.now});
    await this.store.put(OVERRIDE_KIND, id, value, {expiresAt: override.until});
  }

  /** Says that a key was refused so often, as a limiter does. */
  async refused(limit: string, key: string, denied: number, tier = ''): Promise<void> {
    const until = this.now + 60 * S;
    const shape = this.#router.bucketsOf(limit, key, tier, this.now)?.shape ?? '';
    await this.store.record({
      limits: [{limit, allowed: 10, denied, shadowDenied: 0}],
      keys: [{address: {limit, key, tier, shape}, denied, shadow: false, until}],
    });
  }

  get source(): StatusSource {
    return {
      store: this.store,
      policy: this.loaded.policy,
      localNow: () => this.now - this.skew,
      policyFile: {file: 'ratectl.yaml', from: 'published by the applications'},
      describe: (spec) => factsOf(spec).describe(spec),
    };
  }

  /** As found without `--policy` and without a published one. */
  get withoutPolicy(): StatusSource {
    return {...this.source, policy: undefined, policyFile: null};
  }
}

export const queryOf = (more: Partial<StatusQuery> = {}): StatusQuery => ({
  scope: {kind: 'recent'},
  filter: undefined,
  states: undefined,
  sort: 'used',
  direction: 'forward',
  limit: 20,
  maxKeys: Number.POSITIVE_INFINITY,
  mostRecent: Number.POSITIVE_INFINITY,
  ...more,
});

/** One key in each state; nothing in the index. */
export const busyState = async (): Promise<LiveState> => {
  const state = new LiveState();
  await state.send({ip: '203.0.113.7'}, 25);
  await state.send({ip: '203.0.113.8'}, 19);
  await state.send({ip: '203.0.113.9'}, 4);
  await state.send({tenant: 'acme', plan: 'free'}, 100);
  await state.send({tenant: 'bcme', plan: 'premium'}, 30);
  return state;
};
