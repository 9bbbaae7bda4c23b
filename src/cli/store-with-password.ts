import type {Settings} from '../config/settings.ts';
import {type StoreAccess, storeAccess} from '../config/store-access.ts';
import type {CliContext} from './context.ts';

/** The store that the settings name, with its password: a program that gives it ends with the command. */
export const storeWithPassword = async (
  settings: Settings,
  {streams, cleanups}: CliContext,
): Promise<StoreAccess> => {
  const interrupted = new AbortController();
  const interrupt = (): void => interrupted.abort();
  cleanups.add(interrupt);
  try {
    return await storeAccess(settings, {
      env: streams.env,
      // Opened when a password is read from it.
      get stdin() {
        return streams.stdin;
      },
      signal: interrupted.signal,
    });
  } finally {
    cleanups.delete(interrupt);
  }
};
