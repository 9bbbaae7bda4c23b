import type {StatusKey} from '../model/status-report.ts';
import type {StatusField} from './fields.ts';

const USUAL: readonly StatusField[] = [
  'state',
  'limit',
  'key',
  'tier',
  'share',
  'used',
  'remaining',
  'retryAfterMs',
  'resetAfterMs',
  'adaptive',
  'deniedLastMinute',
];

/** The columns of a table when none are asked for: those that say something about at least one key. */
export const shownFields = (keys: readonly StatusKey[], detail: 'table' | 'wide'): readonly StatusField[] => {
  const judged = keys.some(({remaining}) => remaining !== undefined);
  const usual = USUAL.filter((name) => {
    if (name === 'tier')
      return keys.some(({tier, override}) => tier !== undefined || override?.effect === 'buckets');
    if (name === 'share' || name === 'used' || name === 'remaining' || name === 'resetAfterMs') return judged;
    if (name === 'adaptive') return keys.some(({adaptive}) => adaptive !== undefined);
    if (name === 'retryAfterMs') return judged || keys.some(({state}) => state === 'blocked');
    return true;
  });
  if (detail === 'table' && judged) return usual;
  const overridden = keys.some(({override}) => override !== undefined);
  return [...usual, ...(overridden ? (['override'] as const) : []), 'shape', 'expiresAt'];
};
