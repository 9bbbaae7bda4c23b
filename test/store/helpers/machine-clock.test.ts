import {expect, test} from 'vitest';
import {machineClock} from '../../../src/store/machine-clock.ts';
import {DAY, HOUR, MINUTE, S} from '../../support/instants.ts';

test('the clock of a process is the time of day, and follows only what is far ahead', () => {
  const machine = {day: DAY, monotonic: 5 * S};
  const clock = machineClock({wall: () => machine.day, monotonic: () => machine.monotonic});
  const pass = (span: number, correction = 0): number => {
    machine.monotonic += span;
    machine.day += span + correction;
    return clock();
  };
  expect(clock()).toBe(DAY);
  expect(pass(S)).toBe(DAY + S);
  expect(pass(S, -HOUR)).toBe(DAY + 2 * S);
  expect(pass(S, HOUR + MINUTE)).toBe(DAY + 3 * S);
  expect(pass(S, 2 * MINUTE)).toBe(DAY + 4 * S + 3 * MINUTE);
});

test('the wall clock is looked at once in a millisecond, and who has read the clock says what it showed', () => {
  const machine = {day: DAY, monotonic: 5 * S, looks: 0};
  const clock = machineClock({
    wall: () => {
      machine.looks++;
      return machine.day;
    },
    monotonic: () => machine.monotonic,
  });
  machine.day += HOUR;
  expect(clock(5 * S + 999)).toBe(DAY + 999);
  expect(machine.looks).toBe(1);
  expect(clock(5 * S + 1_000)).toBe(DAY + HOUR);
  expect(clock()).toBe(DAY + HOUR - 1_000);
  expect(machine.looks).toBe(2);
});
