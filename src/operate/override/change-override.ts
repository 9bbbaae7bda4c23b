import {ExitCode} from '../../base/exit-code.ts';
import {RatectlError} from '../../base/ratectl-error.ts';
import type {LiveOverride} from '../../engine/live/live-override.ts';
import {
  OVERRIDE_KIND,
  type OverrideNote,
  overrideDocument,
  overrideId,
} from '../../store/override-document.ts';
import type {Store, StoredDocument} from '../../store/port.ts';
import {announceAgain, announceChange} from '../announce-change.ts';

/** The key whose override is changed, and what was seen there. */
export interface OverrideSlot {
  readonly limit: string;
  readonly key: string;
  /** As it was read before somebody agreed to the change; undefined: there was none. */
  readonly seen: StoredDocument | undefined;
}

type OverrideStore = Pick<Store, 'get' | 'put' | 'remove' | 'announce'>;

/** What holds for a key now. */
export const readSlot = async (
  store: Pick<Store, 'get'>,
  {limit, key}: Pick<LiveOverride, 'limit' | 'key'>,
): Promise<OverrideSlot> => ({limit, key, seen: await store.get(OVERRIDE_KIND, overrideId(limit, key))});

/**
 * Puts an override in place of what was seen, and tells the running applications: `announceChange`. Throws (exit 4) when it is another
 * one by now.
 */
export const putOverride = async (
  store: OverrideStore,
  slot: OverrideSlot,
  override: LiveOverride,
  note: OverrideNote,
): Promise<string | undefined> => {
  const {id, value} = overrideDocument(override, note);
  const put = await store.put(OVERRIDE_KIND, id, value, {
    ifVersion: slot.seen?.version ?? 0,
    ...(override.until === Number.POSITIVE_INFINITY ? {} : {expiresAt: override.until}),
  });
  if (put === undefined) throw drifted();
  return announceChange(store);
};

/**
 * Takes away the override that was seen, and tells the running applications: `announceChange`. Where there is none they are told, too,
 * since they may not have been when it went: rejects when that fails. Throws (exit 4) when it is another one by now.
 */
export const removeOverride = async (
  store: OverrideStore,
  slot: OverrideSlot,
): Promise<string | undefined> => {
  const {seen, limit, key} = slot;
  if (seen === undefined) return announceAgain(store);
  const removed = await store.remove(OVERRIDE_KIND, overrideId(limit, key), seen.version);
  if (!removed && (await readSlot(store, slot)).seen !== undefined) throw drifted();
  return announceChange(store);
};

const drifted = (): RatectlError =>
  new RatectlError('somebody else changed the override meanwhile; it was left as it is', {
    code: 'override/drift',
    exit: ExitCode.refused,
    hint: 'look at it with: ratectl override ls',
  });
