import {expect, test} from 'vitest';
import {RatectlError} from '../../src/base/ratectl-error.ts';
import {limiterOptionsFromEnv} from '../../src/guard/options-from-env.ts';
import {limiterFor, PER_IP} from './support.ts';

test('every variable is an option', () => {
  expect(
    limiterOptionsFromEnv({
      RATE_LIMIT_ENABLED: 'yes',
      RATE_LIMIT_STORE: 'redis://cache:6379/2',
      RATE_LIMIT_POLICY: 'config/limits.yaml',
      RATE_LIMIT_PREFIX: 'shop',
      RATE_LIMIT_TTL_SLACK: '2.5s',
      RATE_LIMIT_TIMEOUT: '250ms',
      RATE_LIMIT_EXEMPT_PATHS: '/health, /ready,',
      RATE_LIMIT_ON_STORE_ERROR: 'Closed',
      RATE_LIMIT_INSTANCES: '4',
      RATE_LIMIT_MODE: 'shadow',
      RATE_LIMIT_ROLLOUT: '2.5%',
      RATE_LIMIT_CACHE: 'off',
      RATE_LIMIT_METRICS: '0',
      RATE_LIMIT_USAGE: 'TRUE',
    }),
  ).toEqual({
    enabled: true,
    store: 'redis://cache:6379/2',
    policy: 'config/limits.yaml',
    prefix: 'shop',
    ttlSlackMs: 2_500,
    timeoutMs: 250,
    exemptPaths: ['/health', '/ready'],
    onStoreError: 'closed',
    instances: 4,
    mode: 'shadow',
    rollout: 0.025,
    cache: false,
    metrics: false,
    usage: true,
  });
});

test('what is not set, or empty, leaves its option out', () => {
  expect(
    limiterOptionsFromEnv({
      RATE_LIMIT_STORE: '',
      RATE_LIMIT_MODE: '  ',
      RATE_LIMIT_CACHE: undefined,
      OTHER: 'x',
    }),
  ).toEqual({});
});

test.each([
  ['RATE_LIMIT_ENABLED', 'maybe', 'RATE_LIMIT_ENABLED is "maybe", expected true or false'],
  ['RATE_LIMIT_TTL_SLACK', '5', 'RATE_LIMIT_TTL_SLACK is "5", expected a duration such as 250ms or 5s'],
  [
    'RATE_LIMIT_ON_STORE_ERROR',
    'fail',
    'RATE_LIMIT_ON_STORE_ERROR is "fail", expected open, closed or local',
  ],
  ['RATE_LIMIT_MODE', 'off', 'RATE_LIMIT_MODE is "off", expected enforce or shadow'],
  ['RATE_LIMIT_ROLLOUT', '25', 'RATE_LIMIT_ROLLOUT is "25", expected a share such as 25%, from 0% to 100%'],
  [
    'RATE_LIMIT_ROLLOUT',
    '101%',
    'RATE_LIMIT_ROLLOUT is "101%", expected a share such as 25%, from 0% to 100%',
  ],
  ['RATE_LIMIT_INSTANCES', '-1', 'RATE_LIMIT_INSTANCES is "-1", expected a whole number'],
  ['RATE_LIMIT_CACHE', '\u001b[2J', 'RATE_LIMIT_CACHE is "\\u001b[2J", expected true or false'],
])('%s=%s', (variable, value, message) => {
  expect(() => limiterOptionsFromEnv({[variable]: value})).toThrow(
    new RatectlError(message, {code: 'options/environment'}),
  );
});

test('createLimiter takes them', async () => {
  const limiter = await limiterFor({
    policy: PER_IP,
    ...limiterOptionsFromEnv({RATE_LIMIT_STORE: 'memory:', RATE_LIMIT_MODE: 'shadow'}),
  });
  for (let i = 0; i < 3; i++) expect((await limiter.check({ip: 'a'})).allowed).toBe(true);
});
