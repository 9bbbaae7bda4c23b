import {randomUUID} from 'node:crypto';
import {join} from 'node:path';
import {inject, onTestFinished} from 'vitest';
import {openStore} from '../../src/store/open-store.ts';
import {parseStoreUrl} from '../../src/store/parse-store-url.ts';
import type {Store} from '../../src/store/port.ts';
import {tempFolder} from './served.ts';

/** The URL of a fresh store of its own for a test: a file, or a prefix in the Redis of the run. */
export const storeUrl = (kind: 'sqlite' | 'redis'): string =>
  kind === 'sqlite'
    ? `sqlite:${join(tempFolder(), 'state.db')}`
    : `${inject('redisUrl')}?prefix=${encodeURIComponent(`serve-${randomUUID().slice(0, 8)}`)}`;

/** Opened for writing, and closed with the test. */
export const openedStore = async (url: string): Promise<Store> => {
  const store = await openStore(parseStoreUrl(url), {access: 'write', connection: 'reconnect'});
  onTestFinished(() => store.close());
  return store;
};
