import {expect, test} from 'vitest';
import {loadPolicy} from '../../src/policy/load-policy.ts';

test('a policy that is not there: the path may be wrong, or there is none yet', () => {
  expect(() => loadPolicy('nope.yaml')).toThrow(
    expect.objectContaining({
      message: 'cannot read policy "nope.yaml": no such file',
      hint: 'check the path, or write one with: ratectl init',
      exit: 2,
    }),
  );
});
