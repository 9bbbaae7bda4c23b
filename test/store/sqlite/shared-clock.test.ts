import {join} from 'node:path';
import {afterEach, beforeEach, expect, test} from 'vitest';
import type {MachineTime} from '../../../src/store/machine-clock.ts';
import {migrate} from '../../../src/store/sqlite/schema.ts';
import {SharedClock} from '../../../src/store/sqlite/shared-clock.ts';
import {SqliteHandle} from '../../../src/store/sqlite/sqlite-handle.ts';
import {DAY, HOUR, MINUTE, S} from '../../support/instants.ts';
import {temporaryFolder} from './sqlite-place.ts';

let handle: SqliteHandle;
let end = (): void => {};

beforeEach(() => {
  const {folder, remove} = temporaryFolder();
  handle = SqliteHandle.open(join(folder, 'state.db'), 'write');
  migrate(handle, 'sqlite:test');
  end = () => {
    handle.close();
    remove();
  };
});
afterEach(() => end());

const NOON = 1_772_366_400 * S;

/** A machine whose monotonic clock says `monotonic`; each process may be wrong about the time of day. */
class Machine {
  monotonic = 50 * S;
  day = NOON;

  pass(span: number): void {
    this.monotonic += span;
    this.day += span;
  }

  /** The clock of a process whose wall clock is off by `skew`. */
  clock(skew = 0, boot = 'one'): SharedClock {
    const time: MachineTime = {wall: () => this.day + skew, monotonic: () => this.monotonic};
    return new SharedClock(boot, time);
  }
}

test('processes with skewed wall clocks have one time: that of the first', () => {
  const machine = new Machine();
  expect(machine.clock(30 * S).now(handle)).toBe(NOON + 30 * S);
  machine.pass(S);
  expect(machine.clock(-30 * S).now(handle)).toBe(NOON + 31 * S);
  expect(machine.clock().now(handle)).toBe(NOON + 31 * S);
});

test('peeking tells the same time and writes nothing', () => {
  const machine = new Machine();
  expect(machine.clock().peek(handle)).toBe(NOON);
  expect(handle.number('SELECT count(*) FROM clock_anchors')).toBe(0);
  machine.clock(7 * S).now(handle);
  machine.pass(HOUR);
  expect(machine.clock().peek(handle)).toBe(NOON + HOUR + 7 * S);
});

test('a wall clock that is corrected by less than two minutes, or back, changes nothing', () => {
  const machine = new Machine();
  const clock = machine.clock();
  clock.now(handle);
  for (const correction of [100 * S, -200 * S, -2 * DAY]) {
    machine.day += correction;
    machine.pass(S);
    clock.now(handle);
  }
  expect(clock.now(handle)).toBe(NOON + 3 * S);
});

test('a machine that slept is followed, once for all', () => {
  const machine = new Machine();
  machine.clock().now(handle);
  machine.day += HOUR;
  machine.pass(S);
  expect(machine.clock(-30 * S).now(handle)).toBe(NOON + HOUR + S - 30 * S);
  expect(machine.clock().now(handle)).toBe(NOON + HOUR + S - 30 * S);
});

test('after a start of the machine it begins by the time of day', () => {
  const machine = new Machine();
  machine.clock().now(handle);
  machine.monotonic = S;
  machine.day += HOUR;
  expect(machine.clock(0, 'two').now(handle)).toBe(NOON + HOUR);
});

test.each(['two', 'one'])('after a start never before an instant that was used (boot id %s)', (boot) => {
  const machine = new Machine();
  const clock = machine.clock();
  let last = 0;
  for (let i = 0; i < 25; i++) {
    machine.pass(S / 10);
    last = clock.now(handle);
  }
  machine.monotonic = S;
  machine.day -= HOUR;
  const begin = machine.clock(0, boot).now(handle);
  expect(begin).toBeGreaterThanOrEqual(last);
  expect(begin).toBeLessThanOrEqual(last + S);
  machine.pass(MINUTE);
  expect(machine.clock(0, boot).now(handle)).toBe(begin + MINUTE);
});

test('not every instant is written', () => {
  const machine = new Machine();
  const clock = machine.clock();
  clock.now(handle);
  const changes = handle.number('SELECT total_changes()');
  for (let i = 0; i < 100; i++) {
    machine.pass(S / 100);
    clock.now(handle);
  }
  expect(handle.number('SELECT total_changes()') - changes).toBeLessThanOrEqual(4);
});

test('anchors of other starts go after a month', () => {
  const machine = new Machine();
  machine.clock(0, 'one').now(handle);
  machine.pass(10 * DAY);
  machine.clock(0, 'two').now(handle);
  expect(handle.number('SELECT count(*) FROM clock_anchors')).toBe(2);
  machine.pass(21 * DAY);
  machine.clock(0, 'two').now(handle);
  expect(handle.all('SELECT boot FROM clock_anchors')).toEqual([['two']]);
});
