import {formatDuration} from '../../base/duration.ts';
import {MICROS_PER_MILLI} from '../../base/micros.ts';
import type {DecisionScope, DecisionView} from '../decision-view.ts';
import type {AnswerOptions} from './answer-options.ts';
import {refusal} from './refusal.ts';

/** Body of a refusal: problem details (RFC 9457), with the facts of the decision as members. */
export interface DenialBody {
  /**
   * The problem type of the RateLimit draft: `quota-exceeded`; `temporary-reduced-capacity` when the store is lost, a breaker before
   * a service is open, or the service is degraded; `abnormal-usage-detected` when the client's own breaker is open.
   */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** Names of the limits that refused. */
  readonly 'violated-policies': readonly string[];
  /** Name of the limit that refused; null when the store is lost. */
  readonly limit: string | null;
  /** Its tier; null in a limit without tiers. */
  readonly tier: string | null;
  readonly scope: DecisionScope;
  /** Units the limit can hold; 0 when the key is blocked. */
  readonly capacity: number;
  /** The window that `capacity` counts in, as in a policy: `1m`; null for `concurrency`. */
  readonly window: string | null;
  readonly windowMs: number | null;
  readonly remaining: number;
  /** Waiting does not help. */
  readonly never: boolean;
  /** Milliseconds, rounded up, until the same request is allowed; null with `never`. */
  readonly retryAfterMs: number | null;
  /** Milliseconds, rounded up, until the key is as if never used; null when that is not known. */
  readonly resetAfterMs: number | null;
  /** The same as an instant of the store's clock, RFC 3339. */
  readonly resetAt: string | null;
}

/** Status of a refusal: 429; 503 where it is not the client's doing: the store is lost, a service fails or is degraded. */
export const denialStatus = (decision: DecisionView, {neverStatus = 429}: AnswerOptions = {}): number =>
  isReducedCapacity(decision) ? 503 : decision.never ? neverStatus : 429;

/** A breaker with a key is that of one client, and counts what it did. */
const isReducedCapacity = ({source, scope, key}: DecisionView): boolean =>
  source === 'closed' || scope === 'degradation' || (scope === 'breaker' && key === undefined);

const problemType = (decision: DecisionView): string =>
  isReducedCapacity(decision)
    ? 'temporary-reduced-capacity'
    : decision.scope === 'breaker'
      ? 'abnormal-usage-detected'
      : 'quota-exceeded';

/** The key is not in it: it may be personal data, and the client knows who it is. */
export const denialBody = (decision: DecisionView, options?: AnswerOptions): DenialBody => {
  const {limit, tier, scope, capacity, remaining, never, retryAfterMs, resetAfterMs, now} = decision;
  const windowMs = decision.layers.find(({name}) => name === limit)?.windowMs ?? null;
  const window = windowMs === null ? null : formatDuration(windowMs * MICROS_PER_MILLI);
  const resets = !isReducedCapacity(decision) && Number.isFinite(resetAfterMs);
  return {
    type: `https://iana.org/assignments/http-problem-types#${problemType(decision)}`,
    title: isReducedCapacity(decision) ? 'Temporarily unavailable' : 'Too many requests',
    status: denialStatus(decision, options),
    detail: detailOf(decision, window),
    'violated-policies': limit === undefined ? [] : [limit],
    limit: limit ?? null,
    tier: tier ?? null,
    scope,
    capacity,
    window,
    windowMs,
    remaining,
    never,
    retryAfterMs: never ? null : retryAfterMs,
    resetAfterMs: resets ? resetAfterMs : null,
    resetAt: resets ? instant(now / MICROS_PER_MILLI + resetAfterMs) : null,
  };
};

/** One sentence for people, without anything from the request. */
const detailOf = (decision: DecisionView, window: string | null): string => {
  const {limit, never, capacity, scope, source} = decision;
  const {retryAfter} = refusal(decision);
  const wait = retryAfter === undefined ? '' : `; try again in ${formatDuration(retryAfter * 1_000_000)}`;
  if (source === 'closed') return `rate limits cannot be checked at present${wait}`;
  if (scope === 'degradation') return `requests of this priority are not served at present${wait}`;
  if (scope === 'breaker') {
    const why =
      decision.key === undefined ? 'it keeps failing' : 'too many requests were refused or failed before';
    return `refused by breaker ${limit}: ${why}${wait}`;
  }
  const name = limit === undefined ? 'a limit' : `limit ${limit}`;
  if (never && capacity === 0) return `blocked by ${name}; waiting does not help`;
  if (never) return `the request costs more than ${name} can ever hold (${capacity}); waiting does not help`;
  if (capacity === 0) return `blocked by ${name}${wait}`;
  if (scope === 'concurrency') {
    const requests = capacity === 1 ? 'one request at a time' : `${capacity} requests at the same time`;
    return `${name} allows ${requests}${wait}`;
  }
  return `${name} allows ${capacity}${window === null ? '' : ` per ${window}`}${wait}`;
};

/** The last instant that a `Date` can hold. */
const MAX_DATE_MS = 8_640_000_000_000_000;

const instant = (ms: number): string | null => (ms <= MAX_DATE_MS ? new Date(ms).toISOString() : null);
