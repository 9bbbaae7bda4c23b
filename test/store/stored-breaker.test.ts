import {describe, expect, test} from 'vitest';
import type {BreakerSpec} from '../../src/engine/breaker-spec.ts';
import {EVENT_JOURNAL} from '../../src/store/event-journal.ts';
import {MemoryStore} from '../../src/store/memory/memory-store.ts';
import {listBreakers, StoredBreaker} from '../../src/store/stored-breaker.ts';
import {MINUTE, S} from '../support/instants.ts';

const SPEC: BreakerSpec = {
  failures: 3,
  rate: 0.5,
  window: MINUTE,
  minimumCalls: 4,
  recovery: 10 * S,
  probes: 1,
};

const scene = () => {
  const clock = {now: 1_767_614_400_000_000};
  const store = new MemoryStore({access: 'write', clock: () => clock.now});
  const breaker = () => new StoredBreaker(store, 'db', SPEC);
  const events = async () =>
    (await store.latest(EVENT_JOURNAL, 10)).map(({value}) => {
      const {kind, note} = value as {kind: string; note: string};
      return `${kind}: ${note}`;
    });
  return {clock, store, breaker, events};
};

describe('a breaker that processes share', () => {
  test('opens for all of them, lets one probe through, and closes when it succeeds; the journal has both', async () => {
    const {clock, breaker, events} = scene();
    const [one, other] = [breaker(), breaker()];
    for (let i = 0; i < 3; i++) await one.report('failure');
    expect(await other.admit()).toEqual({kind: 'refused', until: clock.now + 10 * S});
    clock.now += 10 * S;
    const probe = await other.admit();
    expect(probe).toMatchObject({kind: 'allowed', probe: expect.any(Number)});
    expect(await one.admit()).toMatchObject({kind: 'refused'});
    await other.report('success', probe.kind === 'allowed' ? probe.probe : undefined);
    expect(await one.admit()).toEqual({kind: 'allowed', probe: undefined});
    expect(await events()).toEqual([
      'breaker-closed: probes went through',
      'breaker-opened: 3 failures in a row',
    ]);
  });

  test('counts what several report at once', async () => {
    const {breaker} = scene();
    await Promise.all([breaker(), breaker(), breaker()].map((one) => one.report('failure')));
    expect(await breaker().openUntil()).toBeDefined();
  });

  test('says why it opened: a share of the calls, or a probe', async () => {
    const {clock, breaker, events} = scene();
    for (const outcome of ['failure', 'success', 'success', 'failure'] as const)
      await breaker().report(outcome);
    clock.now += 10 * S;
    const admitted = await breaker().admit();
    await breaker().report('failure', admitted.kind === 'allowed' ? admitted.probe : undefined);
    expect(await events()).toEqual([
      'breaker-opened: a probe failed',
      'breaker-opened: too large a share of calls failed',
    ]);
  });

  test('a probe that was given up unsent leaves its place to another at once', async () => {
    const {clock, breaker} = scene();
    for (let i = 0; i < 3; i++) await breaker().report('failure');
    clock.now += 10 * S;
    const probe = await breaker().admit();
    expect(await breaker().admit()).toMatchObject({kind: 'refused'});
    await breaker().abandon(probe.kind === 'allowed' ? probe.probe! : 0);
    expect(await breaker().admit()).toMatchObject({kind: 'allowed', probe: expect.any(Number)});
  });

  test('is closed by an operator, and told who', async () => {
    const {store, breaker, events} = scene();
    for (let i = 0; i < 3; i++) await breaker().report('failure');
    await breaker().reset('ada@build-7');
    expect(await listBreakers(store)).toMatchObject([{name: 'db', state: {kind: 'closed', failures: 0}}]);
    expect((await events())[0]).toBe('breaker-closed: reset by ada@build-7');
  });

  test('whose document somebody else wrote over counts as never used', async () => {
    const {store, breaker} = scene();
    await store.put('breaker', 'db', {kind: 'ajar'});
    expect(await breaker().admit()).toEqual({kind: 'allowed', probe: undefined});
    expect(await listBreakers(store)).toEqual([]);
  });
});
