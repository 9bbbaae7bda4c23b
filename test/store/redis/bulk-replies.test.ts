import fc from 'fast-check';
import {expect, test} from 'vitest';
import {BulkReplies} from '../../../src/store/redis/bulk-replies.ts';
import {check} from '../../support/check.ts';

const textsOf = (replies: BulkReplies): unknown[] =>
  Array.from({length: replies.count}, (_, i) =>
    replies.errors.has(i) ? replies.errors.get(i)!.message : replies.from[i]! < 0 ? null : replies.text(i),
  );

type Answer = string | null | {readonly error: string} | {readonly number: number} | readonly Answer[];

const wireOf = (answer: Answer): string => {
  if (answer === null) return '$-1\r\n';
  if (typeof answer === 'string') return `$${Buffer.byteLength(answer)}\r\n${answer}\r\n`;
  if ('error' in answer) return `-${answer.error}\r\n`;
  if ('number' in answer) return `:${answer.number}\r\n`;
  return `*${answer.length}\r\n${answer.map(wireOf).join('')}`;
};

const flat = (answer: Answer): unknown[] => {
  if (answer === null || typeof answer === 'string') return [answer];
  if ('error' in answer) return [answer.error];
  if ('number' in answer) return [String(answer.number)];
  return answer.flatMap(flat);
};

const {answer} = fc.letrec<{answer: Answer; list: Answer[]}>((tie) => ({
  answer: fc.oneof(
    {maxDepth: 3},
    fc.string({unit: 'grapheme'}),
    fc.constantFrom('\r\n', '$3\r\nabc\r\n', '', '*1'),
    fc.constant(null),
    fc.stringMatching(/^[A-Z]{2,8} [a-z ]{0,20}$/).map((error) => ({error})),
    fc.nat().map((number) => ({number})),
    tie('list'),
  ),
  list: fc.array(tie('answer'), {maxLength: 5}),
}));

test('texts, numbers, errors and nulls are found, whatever they hold and however deep they are', () => {
  check(fc.array(answer, {minLength: 1, maxLength: 4}), (answers) => {
    const bytes = Buffer.from(`before${answers.map(wireOf).join('')}behind`);
    const replies = new BulkReplies();
    expect(replies.read(bytes, 6, bytes.length, answers.length)).toBe(bytes.length - 6);
    expect(textsOf(replies)).toEqual(answers.flatMap(flat));
  });
});

test('what has come in part is not read, at whatever byte it ends', () => {
  check(answer, (one) => {
    const bytes = Buffer.from(wireOf(one));
    const replies = new BulkReplies();
    for (let end = 0; end < bytes.length; end++) expect(replies.read(bytes, 0, end, 1)).toBe(-1);
    expect(replies.read(bytes, 0, bytes.length, 1)).toBe(bytes.length);
    expect(textsOf(replies)).toEqual(flat(one));
  });
});

test('one that has more texts than any before is read whole', () => {
  const names = Array.from({length: 5_000}, (_, i) => `name ${i}`);
  const bytes = Buffer.from(wireOf(['17', names]));
  const replies = new BulkReplies();
  expect(replies.read(bytes, 0, bytes.length, 1)).toBe(bytes.length);
  expect(textsOf(replies)).toEqual(['17', ...names]);
});

test('what is no answer of a Redis is told apart', () => {
  const bytes = Buffer.from('HTTP/1.1 400 Bad Request\r\n');
  expect(() => new BulkReplies().read(bytes, 0, bytes.length, 1)).toThrow('Protocol error');
});
