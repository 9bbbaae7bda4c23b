import {RatectlError} from '../base/ratectl-error.ts';
import {quoted} from '../base/safe-text.ts';
import {nextAllowed} from '../engine/refresh/refresh-budget.ts';
import {
  EMPTY_RECORD,
  type RefreshRecord,
  type Suspicion,
  type TokenState,
} from '../engine/refresh/refresh-record.ts';
import {reportSuspect} from '../engine/refresh/refresh-transitions.ts';
import type {Journals} from '../store/port.ts';
import type {StoreClock} from '../store/store-clock.ts';
import type {AccessToken} from './access-token.ts';
import type {RefreshRequest} from './begin-refresh.ts';
import {type ForceOptions, forceRefresh} from './force-refresh.ts';
import type {RefreshAnswer} from './refresh-answer.ts';
import {type RefreshParts, refreshOnce} from './refresh-run.ts';
import {refreshTime} from './refresh-time.ts';
import {tellAttempts} from './tell-attempts.ts';
import {openToken} from './token-material.ts';
import {TokenUnavailableError} from './token-unavailable-error.ts';

/** How long a look is good for to refuse a token, ms: many callers may ask again and again. */
const LOOKED_FOR_MS = 100;

/** One provider in a running process: its token as last seen, and what is done about it. */
export class TokenProvider {
  readonly parts: RefreshParts;
  readonly #store: Pick<Journals, 'append'>;
  readonly #clock: StoreClock;
  #seen: RefreshRecord | undefined;
  /** What the sealed text opens to. */
  #opened: {readonly sealed: string; readonly token: AccessToken} | undefined;
  #looking: Promise<void> | undefined;
  /** ms of the monotonic clock. */
  #lookedAt = Number.NEGATIVE_INFINITY;
  /** By generation. */
  readonly #marking = new Map<number, Promise<void>>();
  #telling: Promise<unknown> = Promise.resolve();
  /** Handed out since they were last counted. */
  #uses = 0;

  /** `clock` is put right with every look. */
  constructor(parts: RefreshParts, store: Pick<Journals, 'append'>, clock: StoreClock) {
    this.parts = parts;
    this.#store = store;
    this.#clock = clock;
  }

  get name(): string {
    return this.parts.spec.name;
  }

  /** The record as last seen. */
  get record(): RefreshRecord | undefined {
    return this.#seen;
  }

  /** Reads what others stored meanwhile. Callers at the same time share one look. */
  async look(): Promise<void> {
    this.#looking ??= (async () => {
      const {record, now} = await this.parts.records.read();
      this.#clock.sync(now);
      this.#seen = record;
      this.#lookedAt = performance.now();
    })().finally(() => {
      this.#looking = undefined;
    });
    await this.#looking;
  }

  /** The token, when it is valid for at least `validForMs` more; looked up once more before it is refused, but for a moment. */
  async get(validForMs: number): Promise<AccessToken> {
    // Whatever is compared with NaN would pass for valid.
    if (!Number.isFinite(validForMs) || validForMs < 0)
      throw new RatectlError(`a validForMs of ${quoted(String(validForMs))}, expected 0 or more`, {
        code: 'token/option',
      });
    let found = this.#usable(validForMs);
    if (found === undefined && performance.now() - this.#lookedAt >= LOOKED_FOR_MS) {
      await this.look();
      found = this.#usable(validForMs);
    }
    if (found === undefined) throw this.#unavailable();
    this.#uses++;
    return found;
  }

  takeUses(): number {
    const uses = this.#uses;
    this.#uses = 0;
    return uses;
  }

  /** A caller was answered 401 with the token of this generation. Marks it, refreshes nothing; answers the error for the caller. */
  async suspect(generation: number, by: string, why: string): Promise<TokenUnavailableError> {
    await this.#mark(generation, {by, why});
    const record = this.#seen ?? EMPTY_RECORD;
    // A later token is there: the caller held an old one.
    if (record.token?.generation !== generation) return new TokenUnavailableError(this.name, 'expired', 0);
    const wait = Math.max(0, this.#allowedAt(record) - this.#clock.now()) / 1_000;
    return new TokenUnavailableError(this.name, 'suspect', wait);
  }

  /** Callers at the same time share it: a token that is revoked is refused to all of them at once. */
  async #mark(generation: number, said: Pick<Suspicion, 'by' | 'why'>): Promise<void> {
    const marking = this.#marking.get(generation) ?? this.#changeToSuspect(generation, said);
    this.#marking.set(generation, marking);
    await marking.finally(() => this.#marking.delete(generation));
  }

  async #changeToSuspect(generation: number, said: Pick<Suspicion, 'by' | 'why'>): Promise<void> {
    const {answer} = await this.parts.records.change(({record, now}) => {
      const isCurrent = record.token?.generation === generation;
      const next = isCurrent ? reportSuspect(record, {at: now, ...said}) : record;
      return {record: next === record ? undefined : next, answer: next};
    });
    this.#seen = answer;
  }

  /** How long until a refresh is both due and allowed, ms, as far as is known here; Infinity: never, as things are. */
  get actInMs(): number {
    const record = this.#seen;
    if (record === undefined) return 0;
    return (Math.max(this.#dueAt(record), this.#allowedAt(record)) - this.#clock.now()) / 1_000;
  }

  refresh(request: RefreshRequest): Promise<RefreshAnswer> {
    return this.#followed(refreshOnce(this.parts, request));
  }

  force(options: ForceOptions): Promise<RefreshAnswer> {
    return this.#followed(forceRefresh(this.parts, options));
  }

  /** Closes attempts whose process died, and tells the journals of all that ended. One after the other, so that none is told twice. */
  async tell(): Promise<void> {
    const telling = this.#telling.then(() => tellAttempts(this.parts, this.#store));
    this.#telling = telling.catch(() => undefined);
    await telling;
  }

  /** Whatever comes of it is told and seen here, also when the store is away: then later. */
  async #followed(refresh: Promise<RefreshAnswer>): Promise<RefreshAnswer> {
    try {
      return await refresh;
    } finally {
      await this.tell().catch(() => undefined);
      await this.look().catch(() => undefined);
    }
  }

  #dueAt({reauthorise, token}: RefreshRecord): number {
    if (reauthorise !== undefined || this.#needsPerson(token)) return Number.POSITIVE_INFINITY;
    return token === undefined ? 0 : refreshTime(token, this.parts.spec);
  }

  /** Whether there is nothing to refresh with. */
  #needsPerson(token: TokenState | undefined): boolean {
    return this.parts.spec.grant === 'refresh-token' && !token?.refreshPrint;
  }

  #usable(validForMs: number): AccessToken | undefined {
    const token = this.#seen?.token;
    if (token === undefined) return undefined;
    const now = this.#clock.now();
    if (token.expiresAt - now <= validForMs * 1_000 || token.notBefore > now) return undefined;
    if (this.#opened?.sealed !== token.sealed) {
      const {accessToken} = openToken(token, this.name, this.parts.vault);
      const {sealed, generation, scopes, expiresAt} = token;
      this.#opened = {sealed, token: {accessToken, generation, scopes, expiresAtMs: expiresAt / 1_000}};
    }
    return this.#opened.token;
  }

  #unavailable(): TokenUnavailableError {
    const {token, reauthorise} = this.#seen ?? EMPTY_RECORD;
    const now = this.#clock.now();
    const until = (at: number): number => Math.max(0, (at - now) / 1_000);
    if (reauthorise !== undefined) return new TokenUnavailableError(this.name, 'reauthorise', undefined);
    if (token !== undefined && token.notBefore > now)
      return new TokenUnavailableError(this.name, 'not-yet', until(token.notBefore));
    const record = this.#seen ?? EMPTY_RECORD;
    // One that is valid still is not refreshed before it is due, whoever asks.
    const wait = this.#needsPerson(token)
      ? undefined
      : until(Math.max(this.#dueAt(record), this.#allowedAt(record)));
    if (token === undefined) return new TokenUnavailableError(this.name, 'none', wait);
    return new TokenUnavailableError(this.name, token.expiresAt > now ? 'short' : 'expired', wait);
  }

  #allowedAt({attempts, notBefore}: RefreshRecord): number {
    return Math.max(nextAllowed(attempts, this.parts.spec.budget, this.#clock.now()), notBefore);
  }
}
