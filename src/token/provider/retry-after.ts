/** No provider means longer: what asks for more is a mistake, such as milliseconds. */
const MOST_MS = 7 * 86_400_000;

/**
 * `Retry-After` (RFC 9110 section 10.2.3) as ms from `now` (epoch ms), at most a week; 0 without one. A date is taken against the
 * answer's own `Date`, so that the clocks need not agree.
 */
export const retryAfterMs = (headers: Headers, now: number): number => {
  const text = headers.get('retry-after')?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(text)) return Math.min(Math.ceil(Number(text) * 1_000), MOST_MS);
  const at = dateIn(text);
  if (at === undefined) return 0;
  const from = dateIn(headers.get('date') ?? '') ?? now;
  return Math.min(Math.max(0, at - from), MOST_MS);
};

/** Epoch ms. All forms of HTTP dates name a day or month; `Date.parse` alone would take numbers for years. */
const dateIn = (text: string): number | undefined => {
  const ms = /[A-Za-z]{3}/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
};
