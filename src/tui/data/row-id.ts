import type {StatusKey} from '../../view/model/status-report.ts';

/** Which row it is, from look to look. Neither names of limits nor of tiers hold control characters. */
export const rowId = ({limit, key, tier = ''}: Pick<StatusKey, 'limit' | 'key' | 'tier'>): string =>
  `${limit}\u0000${tier}\u0000${key}`;
