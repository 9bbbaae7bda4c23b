import {openStore} from '../../store/open-store.ts';
import {parseStoreUrl} from '../../store/parse-store-url.ts';
import type {Store} from '../../store/port.ts';
import {SharedOpening} from '../../store/shared-opening.ts';
import type {ProtectionOptions} from './protection-options.ts';

/** Connecting may take longer than an answer: over TLS, or through another region. Postgres tells the two apart by itself. */
const CONNECT_MS = 2_000;

/** The one store of all parts of a protection. Throws a RatectlError for a URL that is wrong. */
export const sharedStore = (
  {store = 'sqlite:', prefix, ttlSlackMs}: ProtectionOptions,
  timeoutMs: number,
): {readonly open: () => Promise<Store>; readonly close: () => Promise<void>} => {
  if (typeof store !== 'string') return {open: async () => store, close: async () => undefined};
  const target = parseStoreUrl(store, {name: 'the store of the protection'});
  const opening = new SharedOpening(() =>
    openStore(target, {
      access: 'write',
      connection: 'reconnect',
      clientName: 'ratectl-protection',
      timeoutMs: target.kind === 'postgres' ? timeoutMs : Math.max(timeoutMs, CONNECT_MS),
      ...(ttlSlackMs === undefined ? {} : {slack: ttlSlackMs * 1_000}),
      ...(prefix === undefined ? {} : {prefix}),
    }),
  );
  return {open: () => opening.opened(), close: () => opening.close()};
};
