import type {KeyUsage, StoredRow, Usage} from '../../store/port.ts';
import type {KeyRules} from '../key-rules.ts';
import {type KeyCondition, KeyStateReader} from '../key-state.ts';

const LISTED_CONDITIONS: ReadonlySet<KeyCondition> = new Set(['limited', 'shadow-limited', 'near']);
/** A key near its limit stays in the index for so long, µs: then it asked again, or it may go. */
const NEAR_LISTED = 60_000_000;

/**
 * Puts rows that were brought back into the store's index of keys in trouble, as far as they are refused or near their limit:
 * `status` has them at once, and not only after their next refusal. `now`: µs of the store's clock.
 */
export const listRestored = async (
  store: Pick<Usage, 'record'>,
  rules: KeyRules,
  rows: readonly StoredRow[],
  now: number,
): Promise<void> => {
  const reader = new KeyStateReader();
  const keys: KeyUsage[] = [];
  for (const row of rows) {
    const {address} = row;
    const {condition, retryAfter} = reader.read(rules.of(address, now), row, {now});
    if (!LISTED_CONDITIONS.has(condition)) continue;
    const lasts = Math.max(NEAR_LISTED, Number.isFinite(retryAfter) ? retryAfter : 0);
    keys.push({address, denied: 0, shadow: condition === 'shadow-limited', until: now + lasts});
  }
  if (keys.length > 0) await store.record({limits: [], keys});
};
