import {callListener} from '../base/call-listener.ts';
import {RatectlError} from '../base/ratectl-error.ts';
import {quoted} from '../base/safe-text.ts';
import {didYouMean} from '../base/suggest.ts';
import type {Store} from '../store/port.ts';
import {usesNameOf} from '../store/token-names.ts';
import type {AccessToken} from './access-token.ts';
import type {ForceOptions} from './force-refresh.ts';
import type {Leadership} from './leadership.ts';
import type {TokenManagerEvents} from './manager-options.ts';
import type {Presence} from './presence.ts';
import type {RefreshAnswer} from './refresh-answer.ts';
import {TokenKeeper} from './token-keeper.ts';
import type {TokenProvider} from './token-provider.ts';
import type {TokenUnavailableError} from './token-unavailable-error.ts';

/** What a manager is made of; see `createTokenManager`. */
export interface ManagerParts {
  readonly store: Store;
  readonly ownership: 'owned' | 'borrowed';
  readonly instance: string;
  readonly providers: readonly TokenProvider[];
  /** Undefined: this process never refreshes by itself. */
  readonly leadership: Leadership | undefined;
  readonly presence: Presence | undefined;
  readonly checkEveryMs: number;
  readonly analytics: boolean;
  readonly events: TokenManagerEvents;
}

/**
 * Tokens of OAuth providers for an application, always fresh enough. The leader among the processes that share a store refreshes
 * them before they expire; all others read what it stored. Asking for a token never causes a refresh, and neither does a 401.
 */
export class TokenManager {
  readonly #parts: ManagerParts;
  readonly #providers: ReadonlyMap<string, TokenProvider>;
  readonly #keepers: readonly TokenKeeper[];
  readonly #forced = new Set<Promise<unknown>>();
  #timer: NodeJS.Timeout | undefined;
  #working: Promise<void> | undefined;
  #news = false;
  #closed = false;
  #stopListening: (() => Promise<void>) | undefined;

  constructor(parts: ManagerParts) {
    this.#parts = parts;
    this.#providers = new Map(parts.providers.map((provider) => [provider.name, provider]));
    this.#keepers = parts.providers.map((provider) => this.#keeperOf(provider));
  }

  /** Whether this process refreshes at this moment. */
  get leads(): boolean {
    return this.#parts.leadership?.leads === true;
  }

  /** Called by `createTokenManager`. */
  async start(): Promise<void> {
    const {store, leadership, presence} = this.#parts;
    presence?.start();
    leadership?.start();
    await this.#work();
    this.#stopListening = await store
      .listen(() => this.wake())
      .catch((error: unknown) => {
        this.#failed(error);
        return undefined;
      });
  }

  /**
   * The token of a provider, valid for at least `validForMs` (default 0) more. Rejects with a `TokenUnavailableError` when there is
   * none, and with a RatectlError when the policy has no such provider.
   */
  token(provider: string, {validForMs = 0}: {readonly validForMs?: number} = {}): Promise<AccessToken> {
    return this.#provider(provider).get(validForMs);
  }

  /**
   * Tells that the provider answered 401 to a token. It is marked for people to see; nothing is refreshed. Answers the error to give
   * to the caller: it says when a refresh is next allowed.
   */
  reportUnauthorized(provider: string, token: AccessToken, why = '401'): Promise<TokenUnavailableError> {
    return this.#provider(provider).suspect(token.generation, this.#parts.instance, why);
  }

  /** One refresh at the request of an operator, see `forceRefresh`. */
  async forceRefresh(provider: string, options: ForceOptions): Promise<RefreshAnswer> {
    const found = this.#provider(provider);
    const forced = found.force(options).then((answer) => this.#tell(found, answer));
    this.#forced.add(forced);
    try {
      return await forced;
    } finally {
      this.#forced.delete(forced);
    }
  }

  /** Called by its `Leadership`. */
  ledChanged(leads: boolean, fencing: number): void {
    callListener(this.#parts.events.onLead, [leads, fencing]);
    if (leads) this.wake();
  }

  /** Looks at the tokens at once. */
  wake(): void {
    this.#news = true;
    if (this.#working === undefined && !this.#closed) void this.#work();
  }

  /** Ends what is under way first: an answer of a provider is stored. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#working;
    await Promise.allSettled([...this.#forced, ...this.#keepers.map(({underWay}) => underWay)]);
    await this.#stopListening?.();
    const {leadership, presence, store, ownership} = this.#parts;
    await leadership?.close().catch(() => undefined);
    await presence?.close().catch(() => undefined);
    await this.#countUses().catch(() => undefined);
    if (ownership === 'owned') await store.close();
  }

  #provider(name: string): TokenProvider {
    const found = this.#providers.get(name);
    if (found !== undefined) return found;
    const names = [...this.#providers.keys()];
    throw new RatectlError(`unknown provider ${quoted(name)}${didYouMean(name, names)}`, {
      code: 'token/unknown-provider',
      hint: names.length === 0 ? 'the policy has no section "tokens"' : `providers are ${names.join(', ')}`,
    });
  }

  async #work(): Promise<void> {
    clearTimeout(this.#timer);
    this.#news = false;
    this.#working = this.#round().catch((error: unknown) => this.#failed(error));
    await this.#working;
    this.#working = undefined;
    if (this.#closed) return;
    this.#timer = setTimeout(() => void this.#work(), this.#news ? 0 : this.#untilNext());
    this.#timer.unref();
  }

  async #round(): Promise<void> {
    await Promise.all(this.#keepers.map((keeper) => keeper.tend()));
    await this.#countUses();
  }

  #keeperOf(provider: TokenProvider): TokenKeeper {
    const {instance, checkEveryMs} = this.#parts;
    return new TokenKeeper({
      provider,
      instance,
      checkEveryMs,
      leads: () => this.leads && !this.#closed,
      onAnswer: (answer) => this.#tell(provider, answer),
      onError: (error) => this.#failed(error),
      onEnd: () => this.wake(),
    });
  }

  /** Tells whoever listens, here and in other processes. */
  async #tell(provider: TokenProvider, answer: RefreshAnswer): Promise<RefreshAnswer> {
    const {store, events} = this.#parts;
    callListener(events.onRefresh, [provider.name, answer]);
    // They look by themselves, too, only later.
    if (answer.kind === 'refreshed') await store.announce().catch((error: unknown) => this.#failed(error));
    return answer;
  }

  #untilNext(): number {
    const {checkEveryMs} = this.#parts;
    if (!this.leads) return checkEveryMs;
    return Math.min(checkEveryMs, ...this.#keepers.map(({nextMs}) => nextMs));
  }

  /** Uses go into the same sums as those of limits, under a name that no limit has. */
  async #countUses(): Promise<void> {
    if (!this.#parts.analytics) return;
    const limits = this.#parts.providers.flatMap((provider) => {
      const allowed = provider.takeUses();
      return allowed === 0 ? [] : [{limit: usesNameOf(provider.name), allowed, denied: 0, shadowDenied: 0}];
    });
    if (limits.length > 0) await this.#parts.store.record({limits, keys: []});
  }

  #failed(error: unknown): void {
    callListener(this.#parts.events.onError, [error]);
  }
}
