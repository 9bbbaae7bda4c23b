import {afterEach, beforeEach, describe, expect, onTestFinished, test, vi} from 'vitest';
import {listInstances} from '../../src/store/instance-document.ts';
import {readLead} from '../../src/store/lead-document.ts';
import {MemoryStore} from '../../src/store/memory/memory-store.ts';
import type {Store} from '../../src/store/port.ts';
import {StoreError} from '../../src/store/store-error.ts';
import {Leadership} from '../../src/token/leadership.ts';
import {Presence} from '../../src/token/presence.ts';
import {PATIENTLY} from '../support/in-time.ts';

const LEASE_MS = 300;

const standing = (store: Pick<Store, 'now' | 'get' | 'put'>, instance: string) => {
  const changes: boolean[] = [];
  const leadership = new Leadership({
    store,
    office: 'tokens',
    instance,
    leaseMs: LEASE_MS,
    onChange: (leads) => changes.push(leads),
  });
  leadership.start();
  onTestFinished(() => leadership.close().catch(() => undefined));
  return {leadership, changes};
};

describe('the lead', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

  test('is one process’s at a time, and stays its as long as it renews', async () => {
    const store = new MemoryStore({access: 'write', clock: () => Date.now() * 1_000});
    const all = ['a', 'b', 'c'].map((name) => standing(store, name));
    await pass(LEASE_MS / 5);
    const {holder, fencing} = (await readLead(store, 'tokens'))!.lead;
    for (let i = 0; i < 50; i++) {
      expect(all.filter(({leadership}) => leadership.leads)).toHaveLength(1);
      await pass(LEASE_MS / 5);
    }
    expect((await readLead(store, 'tokens'))!.lead).toMatchObject({holder, fencing});
  });

  test('goes to another at once when it is given back, with a higher fencing token', async () => {
    const store = new MemoryStore({access: 'write', clock: () => Date.now() * 1_000});
    const first = standing(store, 'first');
    await pass(1);
    expect(first.leadership.leads).toBe(true);
    const second = standing(store, 'second');
    await pass(3 * LEASE_MS);
    expect(second.leadership.leads).toBe(false);
    await first.leadership.close();
    // Whoever stands looks three times in a lease.
    await pass(LEASE_MS / 2);
    expect(second.leadership.leads).toBe(true);
    expect(second.leadership.fencing).toBe(first.leadership.fencing + 1);
    expect(first.changes).toEqual([true, false]);
  });

  test('ends with the lease when the store is away, before anybody else can have it', async () => {
    const store = new MemoryStore({access: 'write', clock: () => Date.now() * 1_000});
    let away = false;
    const cut = <A extends readonly unknown[], R>(call: (...args: A) => Promise<R>) => {
      return (...args: A): Promise<R> =>
        away
          ? Promise.reject(new StoreError('gone', {kind: 'unreachable', url: 'memory:', hint: ''}))
          : call(...args);
    };
    const first = standing(
      {
        now: cut(() => store.now()),
        get: cut((kind: string, id: string) => store.get(kind, id)),
        put: cut((...args: Parameters<Store['put']>) => store.put(...args)),
      },
      'first',
    );
    await pass(1);
    expect(first.leadership.leads).toBe(true);
    const second = standing(store, 'second');
    away = true;
    for (let ms = 0; ms < 3 * LEASE_MS && !second.leadership.leads; ms++) await pass(1);
    expect(second.leadership.leads).toBe(true);
    expect(first.leadership.leads).toBe(false);
  });
});

test('a lead that is longer than any lease, as after the clock of the store was put back, keeps nobody from leading', async () => {
  let now = 90_000_000_000;
  const store = new MemoryStore({access: 'write', clock: () => now});
  const dead = standing(store, 'dead');
  await expect.poll(() => dead.leadership.leads, PATIENTLY).toBe(true);
  now = 1_000_000_000;
  const heir = standing(store, 'heir');
  await expect.poll(() => heir.leadership.leads, PATIENTLY).toBe(true);
});

describe('an instance', () => {
  test('is listed while it gives signs of life, and not after it left', async () => {
    const store = new MemoryStore({access: 'write'});
    const instance = {id: 'host:1:a', host: 'host', pid: 1, role: 'token-manager'};
    const presence = new Presence({store, instance, heartbeatMs: 1_000});
    presence.start();
    await expect.poll(() => listInstances(store), PATIENTLY).toMatchObject([instance]);
    await presence.close();
    expect(await listInstances(store)).toEqual([]);
  });

  test('that dies is forgotten after three heartbeats', async () => {
    let now = 1_000_000;
    const store = new MemoryStore({access: 'write', clock: () => now});
    const instance = {id: 'host:1:a', host: 'host', pid: 1, role: 'token-manager'};
    const presence = new Presence({store, instance, heartbeatMs: 60_000});
    presence.start();
    await expect.poll(() => listInstances(store), PATIENTLY).toHaveLength(1);
    now += 3 * 60_000_000;
    expect(await listInstances(store)).toEqual([]);
    await presence.close();
  });
});
