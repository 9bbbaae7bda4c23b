import {randomUUID} from 'node:crypto';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {inject, onTestFinished} from 'vitest';
import type {ConcurrencyLimiter} from '../../../src/guard/pool/concurrency-limiter.ts';
import type {ConcurrencyOptions} from '../../../src/guard/pool/concurrency-options.ts';
import {createConcurrency} from '../../../src/guard/pool/create-concurrency.ts';
import type {Slot} from '../../../src/guard/pool/slot.ts';
import type {Store} from '../../../src/store/port.ts';
import {S} from '../../support/instants.ts';
import {memoryStore} from '../support.ts';

/** With spans that outlast whatever holds a test up. */
export const SPEC = {name: 'api', max: 3, queue: 100, wait: 60 * S, lease: 30 * S};

/** Where the instances of a test share a pool. */
export interface PoolPlace {
  readonly store: string | Store;
  readonly prefix?: string;
}

const ownName = (): string => `pool_${randomUUID().slice(0, 8)}`;

export const PLACES: readonly (readonly [name: string, place: () => PoolPlace])[] = [
  ['memory', () => ({store: memoryStore()})],
  [
    'sqlite',
    () => {
      const folder = mkdtempSync(join(tmpdir(), 'ratectl-pool-'));
      onTestFinished(() => rmSync(folder, {recursive: true, force: true}));
      return {store: `sqlite:${join(folder, 'state.db')}`};
    },
  ],
  ['redis', () => ({store: inject('redisUrl'), prefix: `${ownName()}:`})],
  ['postgres', () => ({store: inject('databaseUrl'), prefix: ownName()})],
];

/** A limiter that is closed when the test has ended. */
export const poolFor = async (options: ConcurrencyOptions = {}): Promise<ConcurrencyLimiter> => {
  const pool = await createConcurrency({
    ...(options.policy === undefined ? {spec: SPEC} : {}),
    onStoreError: 'closed',
    timeoutMs: 5_000,
    ...options,
  });
  onTestFinished(() => pool.close());
  return pool;
};

export const instances = async (
  place: PoolPlace,
  count: number,
  options: ConcurrencyOptions = {},
): Promise<ConcurrencyLimiter[]> => {
  const made: ConcurrencyLimiter[] = [];
  for (let i = 0; i < count; i++) made.push(await poolFor({...place, ...options}));
  return made;
};

/** Work that counts itself: how much ran at once, in all and by key. */
export class CountingWork {
  running = 0;
  most = 0;
  done = 0;
  readonly byKey = new Map<string, number>();
  mostOfKey = 0;

  async run(ms: number, key = ''): Promise<void> {
    const own = (this.byKey.get(key) ?? 0) + 1;
    this.byKey.set(key, own);
    this.mostOfKey = Math.max(this.mostOfKey, own);
    this.most = Math.max(this.most, ++this.running);
    await new Promise((resolve) => setTimeout(resolve, ms));
    this.running--;
    this.done++;
    this.byKey.set(key, this.byKey.get(key)! - 1);
  }
}

/** How many wait, as the store has it. */
export const waitingIn = async (pool: ConcurrencyLimiter): Promise<number> => (await pool.state()).waiting;

export const releaseAll = async (slots: readonly Slot[]): Promise<void> => {
  await Promise.all(slots.map((slot) => slot.release()));
};
