import {expect, test} from 'vitest';
import {AttributeColumns} from '../../src/engine/attribute-columns.ts';
import {KeyResolvers} from '../../src/engine/key-resolvers.ts';

test('an attribute has one column however often it is asked for', () => {
  const columns = new AttributeColumns(['ip', 'key', 'ip']);
  expect([
    columns.add('key'),
    columns.add('path'),
    columns.of('ip'),
    columns.of('nobody'),
    columns.count,
  ]).toEqual([1, 2, 0, -1, 3]);
});

test('two names of one column are one key', () => {
  const columns = new AttributeColumns(['ip']);
  columns.alias('key', 'ip');
  const resolvers = new KeyResolvers(columns);
  expect(resolvers.get('{key}')).toBe(resolvers.get('{ip}'));
  expect(resolvers.get('{key}')).not.toBe(
    resolvers.get('{key}', {template: '{plan}', names: ['free'], fallback: undefined}),
  );
  expect(columns.names).toEqual(['ip', 'plan']);
});
