import {formatDuration} from '../../base/duration.ts';
import {spanText} from '../../base/span-text.ts';
import type {StoredToken} from '../model/token-list.ts';
import {signs} from '../signs.ts';
import type {Style} from '../style.ts';

/** `in 59m`, `expired 3m ago`; a wait is rounded up, so that waiting that long is enough. */
export const expiryText = (token: StoredToken): string => {
  const {expiresInMs, accessFingerprint} = token;
  if (accessFingerprint === null) return 'no access token yet';
  if (expiresInMs === null) return 'expiry not known';
  return expiresInMs > 0 ? `expires in ${roughly(expiresInMs)}` : `expired ${agoText(-expiresInMs)}`;
};

export const agoText = (ms: number): string => (ms < 1_000 ? 'just now' : `${roughly(ms)} ago`);

const roughly = (ms: number): string => formatDuration(Math.max(1, Math.floor(ms / 1_000)) * 1_000_000);

/** `12:03:00 UTC`, with the day when it is not that of `from`. Both RFC 3339. */
export const clockText = (at: string, from: string): string =>
  `${at.slice(0, 10) === from.slice(0, 10) ? '' : `${at.slice(0, 10)} `}${at.slice(11, 19)} UTC`;

/** `in 2m5s`, or `now`. */
export const inText = (ms: number): string => (ms <= 0 ? 'now' : `in ${spanText(ms)}`);

/** `3 → 4`; one side alone where the other is not. */
export const changeText = (
  before: number | string | null,
  after: number | string | null,
  style: Style,
): string => {
  if (before === after || before === null) return String(after ?? signs(style).none);
  return `${before} ${signs(style).arrow} ${after ?? signs(style).none}`;
};
