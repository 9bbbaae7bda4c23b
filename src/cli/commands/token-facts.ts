import {ceilMillis, floorMillis, toRfc3339} from '../../base/micros.ts';
import type {BreakerKind} from '../../engine/breaker.ts';
import {refusedUntil, reset} from '../../engine/breaker.ts';
import {readBreakerState} from '../../engine/breaker-reader.ts';
import {budgetUse, nextAllowed} from '../../engine/refresh/refresh-budget.ts';
import type {RefreshReason, RefreshRecord, TokenState} from '../../engine/refresh/refresh-record.ts';
import {closeLost, runningAttempt} from '../../engine/refresh/refresh-transitions.ts';
import type {TokenProviderSpec} from '../../engine/refresh/token-provider-spec.ts';
import type {Documents} from '../../store/port.ts';
import {BREAKER_KIND} from '../../store/stored-breaker.ts';
import {breakerNameOf} from '../../store/token-names.ts';
import {rulesOf} from '../../token/rules-of.ts';
import type {KnownRecord} from '../../token/token-records.ts';
import type {RefreshState} from '../../view/model/force-refresh.ts';
import type {StoredToken} from '../../view/model/token-list.ts';

const SEALED = /^v1\.([A-Za-z0-9_-]{1,32})\./;

/** Id of the key that a token is encrypted with. */
export const keyIdOf = ({sealed}: Pick<TokenState, 'sealed'>): string | null =>
  SEALED.exec(sealed)?.[1] ?? null;

/** What may be told of a token. */
export const storedToken = (token: TokenState | undefined, now: number): StoredToken | null => {
  if (token === undefined) return null;
  const {generation, accessPrint, refreshPrint, obtainedAt, expiresAt, scopes} = token;
  const expires = Number.isFinite(expiresAt);
  return {
    generation,
    accessFingerprint: printOf(accessPrint),
    refreshFingerprint: printOf(refreshPrint),
    obtainedAt: toRfc3339(obtainedAt),
    expiresAt: expires ? toRfc3339(expiresAt) : null,
    expiresInMs: expires ? floorMillis(expiresAt - now) : null,
    scopes,
    keyId: keyIdOf(token),
  };
};

/** Anything but hexadecimal digits in its place would be somebody else's writing. */
const printOf = (print: string): string | null => (/^[0-9a-f]{1,16}$/.test(print) ? print : null);

/** The circuit breaker in front of a provider, as the store has it. */
export interface SeenBreaker {
  readonly kind: BreakerKind;
  /** µs; undefined: it lets an attempt through. */
  readonly openUntil: number | undefined;
}

export const seenBreaker = async (
  store: Pick<Documents, 'get'>,
  {name, breaker}: Pick<TokenProviderSpec, 'name' | 'breaker'>,
  now: number,
): Promise<SeenBreaker> => {
  const document = await store.get(BREAKER_KIND, breakerNameOf(name));
  const state = (document === undefined ? undefined : readBreakerState(document.value)) ?? reset();
  const until = refusedUntil(state, breaker, now);
  return {kind: state.kind, openUntil: until > now ? until : undefined};
};

/** When an attempt for that reason would be allowed, µs; 0: now. */
export const allowedAt = (
  record: RefreshRecord,
  {budget}: Pick<TokenProviderSpec, 'budget'>,
  now: number,
  reason: RefreshReason = 'forced',
): number => {
  const {attempts, notBefore} = record;
  return Math.max(nextAllowed(attempts, budget, now, reason), reason === 'emergency' ? 0 : notBefore);
};

/** When an attempt for that reason would be granted if nobody else tries first, µs of the store's clock; not before `now`. */
export const nextAttemptAt = (
  {record: stored, now}: KnownRecord,
  spec: TokenProviderSpec,
  breaker: SeenBreaker,
  reason: RefreshReason,
): number => {
  const record = closeLost(stored, rulesOf(spec), now);
  const open = reason === 'emergency' ? 0 : (breaker.openUntil ?? 0);
  const running = runningAttempt(record, now)?.until ?? 0;
  return Math.max(now, allowedAt(record, spec, now, reason), open, running);
};

/** How things stand: lock, budget, breaker. */
export const refreshState = (
  {record: stored, now}: KnownRecord,
  spec: TokenProviderSpec,
  breaker: SeenBreaker,
  reason: RefreshReason = 'forced',
): RefreshState => {
  const record = closeLost(stored, rulesOf(spec), now);
  const running = runningAttempt(record, now);
  const next = nextAttemptAt({record, now}, spec, breaker, reason);
  return {
    lock: {
      held: running !== undefined,
      by: running?.by ?? null,
      until: running === undefined ? null : toRfc3339(running.until),
      remainingMs: running === undefined ? null : ceilMillis(running.until - now),
    },
    budget: budgetUse(record.attempts, spec.budget, now).map(({count, per, used}) => ({
      count,
      perMs: per / 1_000,
      used,
      left: Math.max(0, count - used),
    })),
    nextAllowedInMs: ceilMillis(next - now),
    nextAllowedAt: toRfc3339(next),
    breaker: {
      name: breakerNameOf(spec.name),
      state: breaker.kind,
      openUntil: breaker.openUntil === undefined ? null : toRfc3339(breaker.openUntil),
    },
    failures: record.failures,
  };
};
