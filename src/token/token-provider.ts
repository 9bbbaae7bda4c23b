import {nextAllowed} from '../engine/refresh/refresh-budget.ts';
import type {RefreshRecord} from '../engine/refresh/refresh-record.ts';
import {reportSuspect} from '../engine/refresh/refresh-transitions.ts';
import type {Journals} from '../store/port.ts';
import type {StoreClock} from '../store/store-clock.ts';
import type {AccessToken} from './access-token.ts';
import type {RefreshAnswer} from './refresh-answer.ts';
import {type RefreshParts, type RefreshRequest, refreshOnce} from './refresh-run.ts';
import {refreshTime} from './refresh-time.ts';
import {tellAttempts} from './tell-attempts.ts';
import {openToken} from './token-material.ts';
import {TokenUnavailableError} from './token-unavailable-error.ts';

/** One provider in a running process: its token as last seen, and what is done about it. */
export class TokenProvider {
  readonly parts: RefreshParts;
  readonly #store: Pick<Journals, 'append'>;
  readonly #clock: StoreClock;
  #seen: RefreshRecord | undefined;
  #opened: AccessToken | undefined;
  #looking: Promise<void> | undefined;
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
    })().finally(() => {
      this.#looking = undefined;
    });
    await this.#looking;
  }

  /** The token, when it is valid for at least `validForMs` more; looked up once more before it is refused. */
  async get(validForMs: number): Promise<AccessToken> {
    let found = this.#usable(validForMs);
    if (found === undefined) {
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
    const {answer} = await this.parts.records.change(({record, now}) => {
      // A later token is there: the caller held an old one.
      const isCurrent = record.token?.generation === generation;
      const next = isCurrent ? reportSuspect(record, {at: now, by, why}) : record;
      return {record: next === record ? undefined : next, answer: {record: next, isCurrent}};
    });
    this.#seen = answer.record;
    const allowedAt = this.#allowedAt(answer.record);
    return new TokenUnavailableError(
      this.name,
      answer.isCurrent ? 'suspect' : 'expired',
      answer.isCurrent ? Math.max(0, (allowedAt - this.#clock.now()) / 1_000) : 0,
    );
  }

  /** When a refresh is due, µs; Infinity: never, as things are. */
  get dueAt(): number {
    const record = this.#seen;
    if (record === undefined) return 0;
    if (record.reauthorise !== undefined) return Number.POSITIVE_INFINITY;
    const {spec} = this.parts;
    if (record.token === undefined) return spec.grant === 'client-credentials' ? 0 : Number.POSITIVE_INFINITY;
    return refreshTime(record.token, spec);
  }

  /** When a refresh is both due and allowed, as far as is known here. */
  get actAt(): number {
    return this.#seen === undefined ? 0 : Math.max(this.dueAt, this.#allowedAt(this.#seen));
  }

  async refresh(request: RefreshRequest): Promise<RefreshAnswer> {
    try {
      return await refreshOnce(this.parts, request);
    } finally {
      await this.tell().catch(() => undefined);
      await this.look().catch(() => undefined);
    }
  }

  /** Closes attempts whose process died, and tells the journals of all that ended. */
  async tell(): Promise<void> {
    await tellAttempts(this.parts, this.#store);
  }

  #usable(validForMs: number): AccessToken | undefined {
    const token = this.#seen?.token;
    if (token === undefined) return undefined;
    const now = this.#clock.now();
    if (token.expiresAt - now <= validForMs * 1_000 || token.notBefore > now) return undefined;
    if (this.#opened?.generation !== token.generation) {
      const {accessToken} = openToken(token, this.name, this.parts.vault);
      const {generation, scopes, expiresAt} = token;
      this.#opened = {accessToken, generation, scopes, expiresAtMs: expiresAt / 1_000};
    }
    return this.#opened;
  }

  #unavailable(): TokenUnavailableError {
    const record = this.#seen;
    const now = this.#clock.now();
    const wait = record === undefined ? 0 : Math.max(0, (this.#allowedAt(record) - now) / 1_000);
    if (record?.reauthorise !== undefined)
      return new TokenUnavailableError(this.name, 'reauthorise', undefined);
    const token = record?.token;
    if (token === undefined) return new TokenUnavailableError(this.name, 'none', undefined);
    return token.notBefore > now
      ? new TokenUnavailableError(this.name, 'not-yet', (token.notBefore - now) / 1_000)
      : new TokenUnavailableError(this.name, 'expired', wait);
  }

  #allowedAt(record: RefreshRecord): number {
    const now = this.#clock.now();
    return Math.max(nextAllowed(record.attempts, this.parts.spec.budget, now), record.notBefore, 0);
  }
}
