import {expect, test} from 'vitest';
import {policyJsonSchema} from '../../src/policy/json-schema.ts';
import {newFolder, ratectl} from './policy-cli.ts';

test('ratectl policy schema prints the schema', async () => {
  const {exit, out, err} = await ratectl(newFolder(), ['policy', 'schema']);
  expect({exit, err}).toEqual({exit: 0, err: ''});
  expect(JSON.parse(out)).toEqual(policyJsonSchema());
});
