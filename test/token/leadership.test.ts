import {setTimeout as sleep} from 'node:timers/promises';
import {describe, expect, onTestFinished, test} from 'vitest';
import {listInstances} from '../../src/store/instance-document.ts';
import {readLead} from '../../src/store/lead-document.ts';
import {MemoryStore} from '../../src/store/memory/memory-store.ts';
import type {Store} from '../../src/store/port.ts';
import {StoreError} from '../../src/store/store-error.ts';
import {Leadership} from '../../src/token/leadership.ts';
import {Presence} from '../../src/token/presence.ts';

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
  test('is one process’s at a time, and stays its as long as it renews', async () => {
    const store = new MemoryStore({access: 'write'});
    const all = ['a', 'b', 'c'].map((name) => standing(store, name));
    await expect.poll(() => all.filter(({leadership}) => leadership.leads).length).toBe(1);
    const fencing = (await readLead(store, 'tokens'))!.lead.fencing;
    for (let i = 0; i < 10; i++) {
      await sleep(LEASE_MS / 5);
      expect(all.filter(({leadership}) => leadership.leads)).toHaveLength(1);
    }
    expect((await readLead(store, 'tokens'))!.lead.fencing).toBe(fencing);
  });

  test('goes to another at once when it is given back, with a higher fencing token', async () => {
    const store = new MemoryStore({access: 'write'});
    const first = standing(store, 'first');
    await expect.poll(() => first.leadership.leads).toBe(true);
    const second = standing(store, 'second');
    await sleep(LEASE_MS);
    expect(second.leadership.leads).toBe(false);
    await first.leadership.close();
    await expect.poll(() => second.leadership.leads, {timeout: 2 * LEASE_MS}).toBe(true);
    expect(second.leadership.fencing).toBe(first.leadership.fencing + 1);
    expect(first.changes).toEqual([true, false]);
  });

  test('ends with the lease when the store is away, before anybody else can have it', async () => {
    const store = new MemoryStore({access: 'write'});
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
    await expect.poll(() => first.leadership.leads).toBe(true);
    const second = standing(store, 'second');
    away = true;
    await expect.poll(() => second.leadership.leads, {timeout: 3 * LEASE_MS, interval: 1}).toBe(true);
    expect(first.leadership.leads).toBe(false);
  });
});

test('a lead that is longer than any lease, as after the clock of the store was put back, keeps nobody from leading', async () => {
  let now = 90_000_000_000;
  const store = new MemoryStore({access: 'write', clock: () => now});
  const dead = standing(store, 'dead');
  await expect.poll(() => dead.leadership.leads).toBe(true);
  now = 1_000_000_000;
  const heir = standing(store, 'heir');
  await expect.poll(() => heir.leadership.leads).toBe(true);
});

describe('an instance', () => {
  test('is listed while it gives signs of life, and not after it left', async () => {
    const store = new MemoryStore({access: 'write'});
    const instance = {id: 'host:1:a', host: 'host', pid: 1, role: 'token-manager'};
    const presence = new Presence({store, instance, heartbeatMs: 1_000});
    presence.start();
    await expect.poll(() => listInstances(store)).toMatchObject([instance]);
    await presence.close();
    expect(await listInstances(store)).toEqual([]);
  });

  test('that dies is forgotten after three heartbeats', async () => {
    let now = 1_000_000;
    const store = new MemoryStore({access: 'write', clock: () => now});
    const instance = {id: 'host:1:a', host: 'host', pid: 1, role: 'token-manager'};
    const presence = new Presence({store, instance, heartbeatMs: 60_000});
    presence.start();
    await expect.poll(() => listInstances(store)).toHaveLength(1);
    now += 3 * 60_000_000;
    expect(await listInstances(store)).toEqual([]);
    await presence.close();
  });
});
