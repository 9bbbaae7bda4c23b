import {expect, test} from 'vitest';
import {tokenManagerOptionsFromEnv} from '../../src/token/manager-options-from-env.ts';

test('what is set becomes an option, what is not is left out', () => {
  expect(
    tokenManagerOptionsFromEnv({
      RATE_LIMIT_STORE: 'redis://cache',
      RATE_LIMIT_TOKENS_LEAD: 'off',
      RATE_LIMIT_TOKENS_REGISTER: '',
      RATE_LIMIT_TOKENS_CHECK_EVERY: '90s',
    }),
  ).toEqual({store: 'redis://cache', lead: false, checkEveryMs: 90_000});
});

test.each([
  ['RATE_LIMIT_TOKENS_LEAD', 'maybe', 'expected true or false'],
  ['RATE_LIMIT_TOKENS_HEARTBEAT', 'soon', 'expected a duration such as 250ms or 5s'],
])('%s=%s is refused', (variable, value, message) => {
  expect(() => tokenManagerOptionsFromEnv({[variable]: value})).toThrow(
    `${variable} is "${value}", ${message}`,
  );
});
