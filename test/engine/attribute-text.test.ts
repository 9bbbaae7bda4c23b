import {expect, onTestFinished, test} from 'vitest';
import {type Attributes, batchOf, createLimiter} from '../../src/index.ts';
import {evaluatorOf, policyOf} from '../support/policies.ts';

const SENT = ['{"a":1}', '{"toString":1}', '{"b":{"toString":null,"valueOf":2}}', '{}', '[{"toString":1}]'];

const itself: Record<string, unknown> = {};
itself['self'] = itself;

const WITHOUT_TEXT = [itself, {toJSON: () => undefined}, {toJSON: () => itself}, null];

const policy = {version: 1 as const, limits: [{name: 'per-tenant', key: '{tenant}', rate: '1/d', burst: 1}]};

const answers = async (...values: readonly unknown[]) => {
  const limiter = await createLimiter({policy, store: 'memory:'});
  onTestFinished(() => limiter.close());
  const found: string[] = [];
  for (const tenant of values) {
    const {allowed, layers} = await limiter.check({tenant} as Attributes);
    found.push(layers.length === 0 ? 'skipped' : allowed ? 'allowed' : 'denied');
  }
  return found;
};

test.each(SENT)(
  '%s in place of a text is counted: no check fails over it, and none is let past',
  async (json) => {
    expect(await answers(JSON.parse(json), JSON.parse(json), {other: 1})).toEqual([
      'allowed',
      'denied',
      'allowed',
    ]);
  },
);

test('a value that has no text is missing', async () => {
  expect(await answers(...WITHOUT_TEXT)).toEqual(WITHOUT_TEXT.map(() => 'skipped'));
});

test('what has a text of its own keeps it', async () => {
  const own = [new URL('http://a/b'), Buffer.from('acme'), ['a', 'b'], true, 7];
  expect(await answers(...own.flatMap((value) => [value, String(value)]))).toEqual(
    own.flatMap(() => ['allowed', 'denied']),
  );
});

test('rows of objects are made of the same texts', () => {
  const evaluator = evaluatorOf(policyOf([{key: '{tenant}'}]));
  const values = [{toString: 1}, [{toString: 1}], null] as never[];
  expect(() =>
    batchOf(
      evaluator.columns,
      values.map((tenant) => ({t: 0, tenant})),
    ),
  ).not.toThrow();
});
