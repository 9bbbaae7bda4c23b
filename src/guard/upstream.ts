import {RatectlError} from '../base/ratectl-error.ts';
import {quoted} from '../base/safe-text.ts';
import type {Check, Layer} from '../engine/live/check.ts';
import type {Attributes, RequestRouter} from '../engine/live/request-router.ts';
import {
  OVERRIDE_KIND,
  overrideDocument,
  overrideId,
  readOverride,
  readOverrideNote,
} from '../store/override-document.ts';
import type {Store} from '../store/port.ts';
import type {StoreClock} from '../store/store-clock.ts';
import {type AnswerHeaders, providerLimit} from './provider-answer.ts';
import type {StoreGuard} from './store-guard.ts';

/** What a provider answered to a call that one of the policy's limits is about. */
export interface UpstreamAnswer {
  /** Name of the limit. */
  readonly limit: string;
  /** Its key, or the attributes it is made of. */
  readonly key?: string | undefined;
  readonly attributes?: Attributes | undefined;
  /** HTTP status. */
  readonly status: number;
  readonly headers: AnswerHeaders;
}

export type Observation =
  /** The key is refused for this long, in all instances. */
  | {readonly kind: 'blocked'; readonly forMs: number}
  /** So many units were taken, so that no more are left than the provider says. */
  | {readonly kind: 'charged'; readonly units: number}
  | {readonly kind: 'nothing'};

export interface UpstreamOptions {
  readonly guard: StoreGuard;
  readonly router: RequestRouter;
  readonly clock: StoreClock;
  readonly refreshNow: () => Promise<void>;
}

/** No answer blocks for longer, µs: a provider may name any time. */
const LONGEST_BLOCK = 24 * 3_600_000_000;
/** A block that ends this little later is not worth a write, µs. */
const SAME_END = 1_000_000;
/** Who sets these overrides. */
const AUTHOR = 'upstream';
const NOTHING: Observation = {kind: 'nothing'};
const MAX_KNOWN = 10_000;
/** Keys may come from requests: the store is asked about longer ones each time. */
const LONGEST_KNOWN = 1_024;

/** Keeps the buckets of providers in step with what they answer. */
export class Upstream {
  readonly #options: UpstreamOptions;
  /** When blocks end that this process wrote, by limit and key: a hundred refusals at once are one write. */
  readonly #blocks = new Map<string, number>();

  constructor(options: UpstreamOptions) {
    this.#options = options;
  }

  /** Somebody changed overrides: a block that was written may be gone. */
  forget(): void {
    this.#blocks.clear();
  }

  async observe(answer: UpstreamAnswer): Promise<Observation> {
    const layer = this.#layerOf(answer);
    const {blockedMs, remaining} = providerLimit(answer.status, answer.headers, Date.now());
    if (layer === undefined) return NOTHING;
    try {
      if (blockedMs !== undefined && blockedMs > 0) return await this.#block(layer, blockedMs);
      if (remaining !== undefined) return await this.#charge(layer, remaining);
    } catch {
      // The store is lost, and the guard knows it. What the provider said is learned again from its next answer.
    }
    return NOTHING;
  }

  async #block({address}: Layer, blockedMs: number): Promise<Observation> {
    const {guard, clock} = this.#options;
    const {limit, key} = address;
    const id = overrideId(limit, key);
    const now = clock.now();
    const until = now + Math.min(Math.ceil(blockedMs * 1_000), LONGEST_BLOCK);
    const blocked: Observation = {kind: 'blocked', forMs: Math.ceil((until - now) / 1_000)};
    if (until - (this.#blocks.get(id) ?? 0) < SAME_END) return blocked;
    this.#remember(id, until);
    const outcome = await guard
      .call((store) => putBlock(store, limit, key, until, now))
      .catch((error: unknown) => {
        this.#blocks.delete(id);
        throw error;
      });
    if (outcome === 'written') await this.#options.refreshNow();
    if (outcome !== 'kept') return blocked;
    this.#blocks.delete(id);
    return NOTHING;
  }

  #remember(id: string, until: number): void {
    if (id.length > LONGEST_KNOWN) return;
    this.#blocks.delete(id);
    this.#blocks.set(id, until);
    if (this.#blocks.size <= MAX_KNOWN) return;
    const [oldest] = this.#blocks.keys();
    this.#blocks.delete(oldest as string);
  }

  /** Takes what the bucket holds beyond what the provider says is left. */
  async #charge(layer: Layer, remaining: number): Promise<Observation> {
    const {guard} = this.#options;
    const {buckets} = layer;
    const rates = buckets.buckets.filter(({spec}) => spec.kind !== 'concurrency');
    if (rates.length === 0 || rates.length < buckets.buckets.length) return NOTHING;
    if (rates.every(({algorithm}) => algorithm.capacity <= remaining)) return NOTHING;
    const ask = (cost: number): Check => ({
      layers: [{...layer, cost, shadow: false}],
      charge: 'all-or-nothing',
      hold: Number.POSITIVE_INFINITY,
    });
    const [left] = await guard.call((store) => store.check([ask(0)]));
    const units = (left?.verdicts[0]?.remaining ?? 0) - remaining;
    if (units <= 0) return NOTHING;
    // Refused when others took some meanwhile: then less is left anyway.
    const [taken] = await guard.call((store) => store.check([ask(units)]));
    return taken?.verdicts[0]?.kind === 0 ? {kind: 'charged', units} : NOTHING;
  }

  #layerOf({limit, key, attributes = {}}: UpstreamAnswer): Layer | undefined {
    const {router, clock} = this.#options;
    const index = router.policy.limits.findIndex(({name}) => name === limit);
    if (index < 0) {
      throw new RatectlError(`observe: the policy has no limit ${quoted(limit)}`, {
        code: 'limiter/observe',
        hint: `limits are ${router.policy.limits.map(({name}) => name).join(', ')}`,
      });
    }
    const now = clock.now();
    const {layers} = router.route(attributes, {cost: 1, now, hold: Number.POSITIVE_INFINITY});
    const routed = layers.find(({address}) => address.limit === limit);
    if (key === undefined || routed?.address.key === key) return routed;
    const tier = routed?.address.tier ?? '';
    const buckets = router.bucketsOf(limit, key, tier, now);
    if (buckets === undefined) return undefined;
    const address = {limit, key, tier, shape: buckets.shape};
    return {limit: index, address, buckets, shadow: false, cost: 1, blockedUntil: 0};
  }
}

/**
 * Writes the block of a key. `kept`: an operator has set something for it, which a provider's answer does not replace;
 * `known`: another instance has written it already.
 */
const putBlock = async (
  store: Store,
  limit: string,
  key: string,
  until: number,
  now: number,
): Promise<'written' | 'known' | 'kept'> => {
  const {id, value} = overrideDocument(
    {limit, key, until, effect: {kind: 'block'}},
    {by: AUTHOR, why: 'the provider refused, or has nothing left', at: now},
  );
  for (;;) {
    const existing = await store.get(OVERRIDE_KIND, id);
    if (existing !== undefined && readOverride(existing) !== undefined) {
      if (readOverrideNote(existing).by !== AUTHOR) return 'kept';
      if (until - existing.expiresAt < SAME_END) return 'known';
    }
    const put = await store.put(OVERRIDE_KIND, id, value, {
      expiresAt: until,
      ifVersion: existing?.version ?? 0,
    });
    if (put === undefined) continue;
    await store.announce();
    return 'written';
  }
};
