import {safeText} from '../base/safe-text.ts';
import {redactedUrl} from '../store/redacted-url.ts';
import type {StoreTarget} from '../store/store-target.ts';

/**
 * The URL of a store that may not have been used yet, safe to print. A Redis user without any password is most likely a
 * password that was written where the user belongs: it is hidden.
 */
export const shownUrl = (target: StoreTarget, password: 'known' | 'none'): string => {
  if (target.kind !== 'redis' || password === 'known' || target.username === undefined)
    return safeText(redactedUrl(target));
  const {username: _, ...rest} = target;
  return safeText(redactedUrl({...rest, username: undefined}).replace('://', '://***@'));
};
