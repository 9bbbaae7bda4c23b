import fc from 'fast-check';
import {expect, test} from 'vitest';
import {EventQueue} from '../../../src/simulate/rehearsal/event-queue.ts';
import {Fifo} from '../../../src/simulate/rehearsal/fifo.ts';

test('events happen in order of time, and of equal times in the order in which they were put down', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({min: 0, max: 20}), {maxLength: 200}), (times) => {
      const queue = new EventQueue();
      const happened: [number, number][] = [];
      for (const [i, at] of times.entries()) queue.push(at, {happen: (now) => happened.push([now, i])});
      while (queue.next(Number.POSITIVE_INFINITY));
      const expected = times
        .map((at, i): [number, number] => [at, i])
        .sort((a, b) => a[0] - b[0] || a[1] - b[1]);
      expect(happened).toEqual(expected);
    }),
  );
});

test('what an event puts down for the same instant still happens, after what was there', () => {
  const queue = new EventQueue();
  const happened: string[] = [];
  queue.push(5, {
    happen: () => {
      happened.push('first');
      queue.push(5, {happen: () => happened.push('third')});
    },
  });
  queue.push(5, {happen: () => happened.push('second')});
  queue.push(6, {happen: () => happened.push('late')});
  while (queue.next(5));
  expect(happened).toEqual(['first', 'second', 'third']);
  expect(queue.nextAt).toBe(6);
});

test('a line gives back what it took, in the same order, however it grows and shrinks', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), {maxLength: 500}), (pushes) => {
      const line = new Fifo<number>();
      const model: number[] = [];
      pushes.forEach((push, i) => {
        if (push) {
          line.push(i);
          model.push(i);
        } else expect(line.shift()).toBe(model.shift());
        expect([line.length, line.first]).toEqual([model.length, model[0]]);
      });
    }),
  );
});
