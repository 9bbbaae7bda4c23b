import {formatDuration} from '../../base/duration.ts';
import type {OverrideEntry} from '../model/override-list.ts';

/** `blocked`, `exempt`, or the buckets in words. */
export const effectText = ({effect, buckets}: OverrideEntry): string => {
  if (effect === 'buckets') return buckets.join(' + ');
  return effect === 'block' ? 'blocked' : 'exempt';
};

/** `in 59m`, or that it has no end. */
export const endText = ({remainingMs}: OverrideEntry): string => {
  if (remainingMs === null) return 'when removed';
  const seconds = Math.ceil(remainingMs / 1_000);
  return `in ${formatDuration(seconds * 1_000_000)}`;
};
