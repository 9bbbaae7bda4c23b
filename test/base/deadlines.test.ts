import {setTimeout as sleep} from 'node:timers/promises';
import {afterEach, beforeEach, describe, expect, test, vi} from 'vitest';
import {Deadlines} from '../../src/base/deadlines.ts';

describe('deadlines', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

  test('what is not removed in time is told once, in the order of the deadlines', async () => {
    const late: string[] = [];
    const deadlines = new Deadlines(20);
    deadlines.add(() => late.push('first'));
    await pass(10);
    deadlines.add(() => late.push('second'));
    await pass(60);
    expect(late).toEqual(['first', 'second']);
  });

  test('nothing is told before its time, nor after it was removed', async () => {
    const late: string[] = [];
    const deadlines = new Deadlines(30);
    const removed = deadlines.add(() => late.push('removed'));
    await pass(15);
    deadlines.remove(removed);
    const began = performance.now();
    let toldAt = 0;
    deadlines.add(() => {
      toldAt = performance.now();
    });
    await pass(80);
    expect(late).toEqual([]);
    expect(toldAt - began).toBeGreaterThanOrEqual(30);
  });

  test('a deadline that is added after a pause is kept, too', async () => {
    const late: string[] = [];
    const deadlines = new Deadlines(10);
    deadlines.remove(deadlines.add(() => late.push('removed')));
    await pass(40);
    deadlines.add(() => late.push('later'));
    await pass(40);
    expect(late).toEqual(['later']);
  });
});

test('an answer that is there when the process comes back from other work is not late', async () => {
  const late: string[] = [];
  const deadlines = new Deadlines(10);
  const waiting = deadlines.add(() => late.push('late'));
  setImmediate(() => {
    const end = performance.now() + 30;
    while (performance.now() < end);
    setImmediate(() => deadlines.remove(waiting));
  });
  await sleep(60);
  expect(late).toEqual([]);
});
