import {setImmediate, setTimeout as sleep} from 'node:timers/promises';
import {expect, test} from 'vitest';
import {Deadlines} from '../../src/base/deadlines.ts';
import {inTime} from '../../src/guard/in-time.ts';

const noAnswer = (): Error => new Error('no answer');

test('what arrives in time is the answer, and nobody hears of lateness', async () => {
  const heard: unknown[] = [];
  const answer = await inTime(Promise.resolve(7), {
    deadlines: new Deadlines(10),
    noAnswer,
    causeOf: (error) => heard.push(error),
    onAnswer: () => heard.push('answered'),
    onLate: (late) => heard.push(late),
  });
  await sleep(30);
  expect([answer, heard]).toEqual([7, ['answered']]);
});

test('what arrives late is told as late, and is no answer', async () => {
  const heard: unknown[] = [];
  const {promise, resolve} = Promise.withResolvers<number>();
  const call = inTime(promise, {
    deadlines: new Deadlines(5),
    noAnswer,
    causeOf: (error) => error,
    onAnswer: () => heard.push('answered'),
    onLate: (late) => heard.push(late),
  });
  await expect(call).rejects.toThrow('no answer');
  resolve(7);
  await setImmediate();
  expect(heard).toEqual([7]);
});

test('a call that fails late has one cause: that there was no answer', async () => {
  const causes: string[] = [];
  const {promise, reject} = Promise.withResolvers<number>();
  const call = inTime(promise, {
    deadlines: new Deadlines(5),
    noAnswer,
    causeOf: (error) => {
      causes.push((error as Error).message);
      return error;
    },
  });
  await expect(call).rejects.toThrow('no answer');
  reject(new Error('gone'));
  await setImmediate();
  expect(causes).toEqual(['no answer']);
});
