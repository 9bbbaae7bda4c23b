import {expect, onTestFinished} from 'vitest';
import type {LiveOverride} from '../../src/engine/live/live-override.ts';
import {createLimiter} from '../../src/guard/create-limiter.ts';
import type {Limiter} from '../../src/guard/limiter.ts';
import type {LimiterOptions} from '../../src/guard/limiter-options.ts';
import type {PolicyObject} from '../../src/policy/given-policy.ts';
import {MemoryStore} from '../../src/store/memory/memory-store.ts';
import {OVERRIDE_KIND, overrideDocument} from '../../src/store/override-document.ts';
import type {Store} from '../../src/store/port.ts';

/** 2026-01-01, µs. */
export const START = 1_767_225_600_000_000;
export const SECOND = 1_000_000;

/** A clock that stands still until it is moved: the store's and the process's at once. */
export class ManualClock {
  now = START;
  readonly read = (): number => this.now;

  advance(us: number): void {
    this.now += us;
  }
}

export const memoryStore = (clock?: ManualClock): MemoryStore =>
  new MemoryStore({access: 'write', ...(clock && {clock: clock.read})});

export const policyWith = (...limits: readonly object[]): PolicyObject => ({version: 1, limits});

/** 2 per second and IP address. */
export const PER_IP = policyWith({name: 'per-ip', key: '{ip}', rate: '2/s', burst: 2});

/** The same 2, which do not come back during a test: for clocks that nobody moves. */
export const TWO_PER_IP = policyWith({name: 'per-ip', key: '{ip}', rate: '2/h', burst: 2});

/** A limiter that is closed when the test has ended. */
export const limiterFor = async (options: LimiterOptions): Promise<Limiter> => {
  const limiter = await createLimiter(options);
  onTestFinished(() => limiter.close());
  return limiter;
};

/** What `ratectl override set` does. */
export const setOverride = async (store: Store, override: LiveOverride): Promise<void> => {
  const {id, value} = overrideDocument(override, {by: 'test@host', why: 'test', at: 0});
  await store.put(OVERRIDE_KIND, id, value, {expiresAt: override.until});
  await store.announce();
};

/** Waits until something holds; the test's own timeout ends it. */
export const until = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 10));
};

/** `expect.poll` with as much time as a slow machine needs. */
export const eventually: typeof expect.poll = (get, options) =>
  expect.poll(get, {timeout: 15_000, ...options});

/** A store whose calls are counted, and can be made to fail or to hang: what a network does, when it is asked to. */
export const watchedStore = (
  store: Store,
): {readonly store: Store; readonly calls: Map<string, number>; fault: Fault} => {
  const watched = {calls: new Map<string, number>(), fault: 'none' as Fault, store};
  const handler: ProxyHandler<Store> = {
    get(target, name) {
      const member = target[name as keyof Store] as (...args: readonly unknown[]) => unknown;
      if (typeof member !== 'function') return member;
      return (...args: readonly unknown[]) => {
        watched.calls.set(String(name), (watched.calls.get(String(name)) ?? 0) + 1);
        if (watched.fault === 'hang') return new Promise(() => undefined);
        if (watched.fault !== 'none') return Promise.reject(watched.fault);
        return member.apply(target, [...args]);
      };
    },
  };
  watched.store = new Proxy(store, handler);
  return watched;
};

export type Fault = 'none' | 'hang' | Error;
