import type {KeyUsage, LimitUsage, SlotWidth, Store, UsageSlot} from '../../../src/store/port.ts';
import {collect} from './scene.ts';

export const limitUsage = (limit: string, allowed: number, denied: number, shadowDenied = 0): LimitUsage => ({
  limit,
  allowed,
  denied,
  shadowDenied,
});
export const keyUsage = (
  key: string,
  denied: number,
  until: number,
  more: Partial<KeyUsage> = {},
): KeyUsage => ({
  address: {limit: 'limit', key, tier: '', shape: 't'},
  denied,
  shadow: false,
  until,
  ...more,
});
/** By start, then by limit. */
export const slotsOf = async (
  store: Store,
  from: number,
  until: number,
  width?: SlotWidth,
): Promise<UsageSlot[]> =>
  (await collect(store.slots(from, until, width))).sort(
    (a, b) => a.at - b.at || (a.limit < b.limit ? -1 : 1),
  );
