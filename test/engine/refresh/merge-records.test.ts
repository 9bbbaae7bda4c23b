import fc from 'fast-check';
import {describe, expect, test, vi} from 'vitest';
import {mergeRecords} from '../../../src/engine/refresh/merge-records.ts';
import {EMPTY_RECORD} from '../../../src/engine/refresh/refresh-record.ts';
import {closeLost, installToken, renew} from '../../../src/engine/refresh/refresh-transitions.ts';
import {check} from '../../support/check.ts';
import {MANY_CASES_MS} from '../../support/in-time.ts';
import {S} from '../../support/instants.ts';
import {LOST, NEW_TOKEN, REFRESHED, REJECTED, RULES, Trace} from './records.ts';
import {MOVES} from './refresh-moves.ts';
import {RefreshWorld} from './refresh-world.ts';

vi.setConfig({testTimeout: MANY_CASES_MS});

const READY = installToken(EMPTY_RECORD, {...NEW_TOKEN, obtainedAt: S});

/** What a store had at 100 s, before it went on without the last writes; and another process's memory of those. */
const forgot = (): {store: Trace; memory: Trace} => {
  const memory = new Trace(READY);
  memory.acquire(100 * S);
  return {store: new Trace(READY), memory};
};

describe('a record that a store has forgotten', () => {
  test('comes back as it was when nothing is there', () => {
    const {memory} = forgot();
    const merged = mergeRecords(EMPTY_RECORD, memory.record);
    expect(merged).toEqual({...memory.record, revision: memory.record.revision + 1});
  });

  test('keeps the attempts of both, so that the budget holds', () => {
    const {store, memory} = forgot();
    store.acquire(120 * S);
    const merged = new Trace(mergeRecords(store.record, memory.record));
    expect(merged.record.attempts.map(({startedAt}) => startedAt / S)).toEqual([100, 120]);
    expect(merged.acquire(160 * S)).toBe('budget until 330');
  });

  test('lets only the later of two holders of a lease send, once the other one cannot have', () => {
    const {store, memory} = forgot();
    store.acquire(120 * S);
    const merged = new Trace(mergeRecords(store.record, memory.record));
    merged.granted.push(...memory.granted, ...store.granted);
    expect(merged.send(121 * S, 1)).toBe('refused');
    expect(merged.send(129 * S, 2)).toBe('refused');
    expect(merged.send(130 * S, 2)).toBe('sent');
  });

  test('lets whoever was at it bring its answer to an end', () => {
    const {memory} = forgot();
    memory.send(101 * S);
    memory.record = mergeRecords(READY, memory.record);
    expect(memory.settle(110 * S, REFRESHED)).toBe('refreshed');
  });

  test('takes what is known last of an attempt that both know', () => {
    const {memory} = forgot();
    const store = new Trace(memory.record);
    store.granted.push(...memory.granted);
    memory.send(101 * S);
    store.record = renew(store.record, store.granted[0]!, 120 * S, 30 * S)!;
    expect(mergeRecords(store.record, memory.record).attempts).toMatchObject([{phase: 'sent'}]);
    store.record = closeLost(store.record, store.rules, 160 * S);
    expect(mergeRecords(store.record, memory.record).attempts).toMatchObject([
      {phase: 'ended', until: 150 * S},
    ]);
    store.record = memory.record;
    store.record = renew(store.record, store.granted[0]!, 120 * S, 30 * S)!;
    expect(mergeRecords(store.record, memory.record).attempts).toMatchObject([
      {phase: 'sent', until: 150 * S},
    ]);
  });

  test('does not take back that a person has to authorise anew', () => {
    const {store, memory} = forgot();
    store.acquire(120 * S);
    store.send(121 * S);
    store.settle(122 * S, REJECTED);
    expect(mergeRecords(store.record, memory.record)).toMatchObject({
      reauthorise: {why: 'rejected'},
      failures: 1,
    });
  });

  test('counts the lost answers of both', () => {
    const {store, memory} = forgot();
    for (const trace of [memory, store]) {
      if (trace === store) trace.acquire(120 * S);
      trace.send(121 * S);
      trace.settle(122 * S, LOST);
    }
    const once = {...memory.record, reauthorise: undefined};
    const merged = mergeRecords({...store.record, reauthorise: undefined}, once);
    expect(new Trace(once, {rotation: 'grace'}).acquire(900 * S)).toBe('granted, reuse');
    expect(new Trace(merged, {rotation: 'grace'}).acquire(900 * S)).toBe('reauthorise: answer-lost');
  });
});

describe('a token that was installed in the store that had forgotten', () => {
  const newer = {...NEW_TOKEN, sealed: 'newer', obtainedAt: 110 * S};

  test('stays, with a generation that is new', () => {
    const {memory} = forgot();
    const merged = mergeRecords(installToken(EMPTY_RECORD, newer), installToken(memory.record, NEW_TOKEN));
    expect(merged).toMatchObject({generation: 3, token: {sealed: 'newer', generation: 3}});
  });

  test('can be refreshed by whoever is at it, and by nobody who is at the older one', () => {
    const {memory} = forgot();
    const store = new Trace(installToken(EMPTY_RECORD, newer));
    store.acquire(140 * S);
    const merged = new Trace(mergeRecords(store.record, memory.record));
    merged.granted.push(...memory.granted, ...store.granted);
    expect(merged.send(141 * S, 1)).toBe('refused');
    expect(merged.send(141 * S, 2)).toBe('sent');
    expect(merged.settle(142 * S, LOST, 2)).toBe('answer-lost');
    expect(merged.acquire(900 * S)).toBe('reauthorise: answer-lost');
  });
});

describe('a store that fell back to what it once had', () => {
  test('adds nothing to what is remembered but attempts that were forgotten', () => {
    check(fc.tuple(MOVES, fc.nat(), fc.constantFrom('strict' as const, 'grace' as const)), (drawn) => {
      const [moves, back, rotation] = drawn;
      const world = new RefreshWorld({...RULES, rotation});
      const history = [EMPTY_RECORD];
      for (const move of moves) {
        world.move(move);
        history.push(world.record);
      }
      const stored = history[back % history.length]!;
      const {attempts, revision, ...merged} = mergeRecords(stored, world.record);
      const {attempts: known, revision: last, ...remembered} = world.record;
      expect(merged).toEqual(remembered);
      expect(revision).toBe(last + 1);
      const fencings = new Set(known.map(({fencing}) => fencing));
      expect(attempts.filter(({fencing}) => fencings.has(fencing))).toEqual(known);
    });
  });

  test('does not bring back a token that was removed', () => {
    const removed = installToken(READY, undefined);
    expect(mergeRecords(READY, removed)).toMatchObject({token: undefined, generation: 2});
    const store = new Trace(READY);
    store.acquire(100 * S);
    expect(mergeRecords(store.record, removed)).toMatchObject({token: undefined, generation: 2});
  });

  test('keeps a token that was installed after one was removed', () => {
    const removed = installToken(READY, undefined);
    const installed = installToken(EMPTY_RECORD, {...NEW_TOKEN, sealed: 'newer', obtainedAt: 110 * S});
    expect(mergeRecords(installed, removed)).toMatchObject({token: {sealed: 'newer'}, generation: 3});
  });
});
