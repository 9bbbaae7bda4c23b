import {safeExcerpt} from '../../base/safe-text.ts';
import type {RowAddress} from '../../engine/live/check.ts';

/** `per-plan/acme (tier free)`, safe to print and short. */
export const addressText = ({limit, key, tier}: RowAddress): string =>
  `${safeExcerpt(limit, 64)}/${safeExcerpt(key)}${tier === '' ? '' : ` (tier ${safeExcerpt(tier, 64)})`}`;
