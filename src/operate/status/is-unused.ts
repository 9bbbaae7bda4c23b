import {AUDIT_JOURNAL} from '../../store/audit-entry.ts';
import type {Store} from '../../store/port.ts';
import {listBreakers} from '../../store/stored-breaker.ts';
import {listPools} from '../../store/stored-pool.ts';
import {TOKEN_KIND} from '../../store/token-document.ts';
import type {StatusReport} from '../../view/model/status-report.ts';
import type {StoreView} from '../store-view.ts';

/** Sums per hour are kept so long. */
const KEPT = 35 * 24 * 3_600_000_000;

type Asked = Pick<Store, 'get' | 'list' | 'slots' | 'latest'>;

/**
 * Whether nothing tells of anybody who ever used the store: no policy that applications published, no counts, no documents, no journal.
 * Looks through no keys, and asks only where what was read already says nothing.
 */
export const isUnused = async (
  store: Asked,
  {hot, liveOverrides, adaptive}: Pick<StoreView, 'hot' | 'liveOverrides' | 'adaptive'>,
  {usage, queues, instances}: Pick<StatusReport, 'usage' | 'queues' | 'instances'>,
  now: number,
): Promise<boolean> => {
  const seen = [hot, adaptive, usage, queues, instances].some(({length}) => length > 0);
  if (seen || liveOverrides > 0) return false;
  const [policy, ...lists] = await Promise.all([
    store.get('policy', 'current'),
    store.latest(AUDIT_JOURNAL, 1),
    store.list(TOKEN_KIND),
    listBreakers(store),
    listPools(store),
  ]);
  if (policy !== undefined || lists.some(({length}) => length > 0)) return false;
  for await (const _ of store.slots(Math.max(0, now - KEPT), now, 'hour')) return false;
  return true;
};
