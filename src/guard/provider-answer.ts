import {parseDuration} from '../base/duration.ts';
import {ceilMillis} from '../base/micros.ts';

/** Header fields of an answer, as Fetch, Node and axios have them. Names in any case. */
export type AnswerHeaders =
  | {get(name: string): string | null}
  | Readonly<Record<string, string | readonly string[] | number | undefined>>;

/** What a provider said about its limit. */
export interface ProviderLimit {
  /** Milliseconds from now on in which it refuses; undefined when it does not. */
  readonly blockedMs: number | undefined;
  /** Units it says are left; undefined when it says nothing. */
  readonly remaining: number | undefined;
}

/** A refusal without any time: asked again after this long, ms. */
const UNKNOWN_WAIT_MS = 1_000;

/**
 * Reads status and header fields: `Retry-After` (seconds, or a date, which is taken relative to the answer's own `Date` so that
 * neither clock matters), the IETF `RateLimit` fields, `RateLimit-Remaining`/`-Reset` and the `X-RateLimit-*` family, whose
 * reset is an instant (seconds or milliseconds of the epoch), a number of seconds or a duration (`6m0s`).
 *
 * 429 is a refusal; so is 503 with `Retry-After`, 403 with `Retry-After` or with nothing left, and any answer that says that
 * nothing is left and when it resets. `nowMs`: milliseconds since the epoch.
 */
export const providerLimit = (status: number, headers: AnswerHeaders, nowMs: number): ProviderLimit => {
  const field = (name: string): string | undefined => fieldOf(headers, name);
  const clock = dateIn(field('date')) ?? nowMs;
  const retryAfter = spanUntil(field('retry-after'), clock);
  const {remaining, reset} = ietfField(field('ratelimit')) ?? {
    remaining: numberIn(
      field('ratelimit-remaining') ?? field('x-ratelimit-remaining') ?? field('x-rate-limit-remaining'),
    ),
    reset: spanUntil(
      field('ratelimit-reset') ?? field('x-ratelimit-reset') ?? field('x-rate-limit-reset'),
      clock,
    ),
  };
  const nothingLeft = remaining !== undefined && remaining < 1;
  const refused =
    status === 429 ||
    (status === 503 && retryAfter !== undefined) ||
    (status === 403 && (retryAfter !== undefined || nothingLeft));
  const wait = retryAfter ?? (nothingLeft || refused ? reset : undefined);
  if (refused) return {blockedMs: wait ?? UNKNOWN_WAIT_MS, remaining};
  return {blockedMs: nothingLeft ? wait : undefined, remaining};
};

const fieldOf = (headers: AnswerHeaders, name: string): string | undefined => {
  if (typeof headers.get === 'function') return headers.get(name) ?? undefined;
  for (const [key, value] of Object.entries(headers)) {
    if (key.toLowerCase() !== name || value === undefined) continue;
    return Array.isArray(value) ? String(value[0]) : String(value);
  }
  return undefined;
};

/** `60`, or `60, 60;window=1` of which the first counts. */
const numberIn = (text: string | undefined): number | undefined => {
  const found = /^\s*(\d{1,15}(?:\.\d{1,6})?)\s*(?:[,;]|$)/.exec(text ?? '');
  return found === null ? undefined : Math.floor(Number(found[1]));
};

/** Milliseconds until what a field names: seconds, seconds or milliseconds of the epoch, or a date. */
const spanUntil = (text: string | undefined, clockMs: number): number | undefined => {
  const found = /^\s*(\d{1,15}(?:\.\d{1,9})?)\s*(?:[,;]|$)/.exec(text ?? '');
  if (found !== null) {
    const value = Number(found[1]);
    if (value >= 1e11) return Math.max(0, value - clockMs);
    if (value >= 1e9) return Math.max(0, value * 1_000 - clockMs);
    return Math.ceil(value * 1_000);
  }
  const duration = parseDuration(text?.trim() ?? '');
  if (duration !== undefined) return ceilMillis(duration);
  const date = dateIn(text);
  return date === undefined ? undefined : Math.max(0, date - clockMs);
};

/** Only what looks like an HTTP or RFC 3339 date: `Date.parse` by itself finds a date in `soon 1`. */
const dateIn = (text: string | undefined): number | undefined => {
  const date = /^\s*(?:[A-Z][a-z]{2,8}[, ]|\d{4}-\d\d-\d\dT)/.test(text ?? '')
    ? Date.parse(text as string)
    : Number.NaN;
  return Number.isNaN(date) ? undefined : date;
};

/** `"default";r=50;t=30`, of several limits the one with the least left: `"a";r=5;t=1, "b";r=0;t=60`. */
const ietfField = (
  text: string | undefined,
): {readonly remaining: number; readonly reset: number | undefined} | undefined => {
  let least: {remaining: number; reset: number | undefined} | undefined;
  for (const item of (text ?? '').split(',')) {
    const remaining = /;\s*r=(\d{1,15})(?=\s*(?:;|$))/.exec(item);
    if (remaining === null) continue;
    const reset = /;\s*t=(\d{1,15})(?=\s*(?:;|$))/.exec(item);
    const left = Number(remaining[1]);
    if (least === undefined || left < least.remaining)
      least = {remaining: left, reset: reset === null ? undefined : Number(reset[1]) * 1_000};
  }
  return least;
};
