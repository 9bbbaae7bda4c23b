import {expect, test} from 'vitest';
import {RatectlError} from '../../src/base/ratectl-error.ts';
import {TokenUnavailableError} from '../../src/token/token-unavailable-error.ts';
import {credentials, fakeServer, HOUR_MS, managerOf, policyOf, put, storeWith} from './manager-scene.ts';

const MINUTE_MS = 60_000;

const holding = async (validMs: number) => {
  const fake = await fakeServer();
  const store = storeWith();
  await put(store, {valid: validMs * 1_000, age: HOUR_MS * 1_000});
  const svc = credentials(fake, {margin: '5m', jitter: '0%'});
  return managerOf({store, lead: false, policy: policyOf({svc})});
};

test.each([Number.NaN, -MINUTE_MS - 1, Number.POSITIVE_INFINITY])(
  'a validForMs of %s is refused: an expired token must not pass for a valid one',
  async (validForMs) => {
    const manager = await holding(-MINUTE_MS);
    const error = await manager.token('svc', {validForMs}).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RatectlError);
    expect(error).toMatchObject({
      code: 'token/option',
      message: expect.stringContaining('expected 0 or more'),
    });
  },
);

test('a token that is not valid for as long as was asked for says so, and when it will be refreshed', async () => {
  const manager = await holding(10 * MINUTE_MS);
  expect(await manager.token('svc', {validForMs: 9 * MINUTE_MS})).toMatchObject({accessToken: 'a'});
  const error = await manager
    .token('svc', {validForMs: 15 * MINUTE_MS})
    .catch((thrown: unknown) => thrown as TokenUnavailableError);
  expect(error).toBeInstanceOf(TokenUnavailableError);
  expect(error).toMatchObject({problem: 'short', code: 'token/short'});
  const {retryAfterMs} = error as TokenUnavailableError;
  expect(retryAfterMs).toBeGreaterThan(4 * MINUTE_MS);
  expect(retryAfterMs).toBeLessThanOrEqual(5 * MINUTE_MS);
});
