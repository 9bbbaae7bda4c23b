/**
 * A process with a token manager, or one that forces a refresh as the command does: `node refresh-worker.ts '{"does": …}'`. It is
 * killed at random. Forcing, it prints `ready`, begins when it is told anything, and prints the kind of its answer.
 */
import {once} from 'node:events';
import {setTimeout as sleep} from 'node:timers/promises';
import {openStore} from '../../../src/store/open-store.ts';
import {parseStoreUrl} from '../../../src/store/parse-store-url.ts';
import type {Store, StoredDocument} from '../../../src/store/port.ts';
import {createTokenManager} from '../../../src/token/create-token-manager.ts';
import {LEADER_LEASE_MS, PROVIDER, refreshPolicy, workerOptions} from './refresh-rules.ts';

const {does, store: url, tokenUrl, rotation, skewMs, variant} = workerOptions(process.argv[2]!);
const wall = Date.now.bind(Date);
Date.now = () => wall() + skewMs;

const opened = await openStore(parseStoreUrl(url), {
  access: 'write',
  connection: 'reconnect',
  timeoutMs: 2_000,
});

const SLOWEST_MS = 30;
/** For how long the careless variant believes in what it wrote itself. */
const BELIEVED_MS = 1_000;

/** Far away, so that others write between a look and a write. */
const distant = (store: Store): Pick<Store, 'put'> => ({
  async put(...args) {
    await sleep(SLOWEST_MS * Math.random());
    return store.put(...args);
  },
});

/** Without compare-and-set (the last writer wins), and without looking again whether the lease is still its own (no fencing). */
const careless = (store: Store): Pick<Store, 'put' | 'get'> => {
  const written = new Map<string, {readonly document: StoredDocument; readonly at: number}>();
  return {
    async put(kind, id, value, {ifVersion: _, ...options} = {}) {
      const document = await distant(store).put(kind, id, value, options);
      if (document !== undefined) written.set(`${kind} ${id}`, {document, at: performance.now()});
      return document;
    },
    async get(kind, id) {
      const own = written.get(`${kind} ${id}`);
      return own !== undefined && performance.now() - own.at < BELIEVED_MS
        ? own.document
        : store.get(kind, id);
    },
  };
};

/** The store with some methods of its own. */
const withMethods = (store: Store, methods: Partial<Store>): Store =>
  new Proxy(store, {
    get(target, name) {
      const own: unknown = Reflect.get(methods, name);
      const value: unknown = own ?? Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(own === undefined ? target : methods) : value;
    },
  });

const manager = await createTokenManager({
  policy: refreshPolicy(tokenUrl, rotation),
  store: withMethods(opened, variant === 'right' ? distant(opened) : careless(opened)),
  lead: does === 'manage',
  register: does === 'manage',
  checkEveryMs: 150,
  leaderLeaseMs: LEADER_LEASE_MS,
  heartbeatMs: 1_000,
});
if (does === 'manage') {
  setInterval(() => {
    manager.token(PROVIDER).catch(() => undefined);
  }, 50);
} else {
  console.log('ready');
  await once(process.stdin, 'data');
  process.stdin.destroy();
  const answer = await manager.forceRefresh(PROVIDER, {
    by: `operator@${process.pid}`,
    why: 'harness',
    reason: 'forced',
    ifExpiresWithin: Number.POSITIVE_INFINITY,
    waitMs: 5_000,
  });
  console.log(answer.kind);
  await manager.close();
  await opened.close();
}
