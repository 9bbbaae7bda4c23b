import {expect, test} from 'vitest';
import {storedJson} from '../../../src/store/stored-json.ts';

test.each([
  ['{"a":[1,null]}', {a: [1, null]}],
  ['null', null],
  ['', undefined],
  ['{not json', undefined],
  [undefined, undefined],
])('%j says %j', (text, value) => {
  expect(storedJson(text)).toEqual(value);
});
