import {expect, test} from 'vitest';
import {liveCli} from './live-cli.ts';

const POLICY = `version: 1
limits:
  - name: api
    key: "{tenant}"
    buckets:
      - {algorithm: token-bucket, rate: 10/s, burst: 20}
      - {algorithm: fixed-window, limit: 1000, window: 1d}
    overrides:
      own: [{algorithm: token-bucket, rate: 5/s, burst: 5}]
      free: exempt
  - name: plan
    key: "{tenant}"
    tier: "{plan}"
    tiers:
      free: [{algorithm: token-bucket, rate: 1/s, burst: 1}, {algorithm: fixed-window, limit: 100, window: 1d}]
      pro: [{algorithm: token-bucket, rate: 9/s, burst: 9}]
  - {name: one, key: "{tenant}", rate: 10/s}
`;

const set = async (key: string, ...args: readonly string[]) => {
  const cli = liveCli({}, {'ratectl.yaml': POLICY});
  await cli.with(async () => {});
  const command = ['override', 'set', key, '--reason', 'x', '--dry-run', ...args];
  const {code, err} = await cli.run(...command);
  const {data} = JSON.parse((await cli.run(...command, '--json', '--quiet')).out);
  expect(code).toBe(0);
  return {err, dropped: data.dropped as readonly string[]};
};

const TOKEN = ['--algorithm', 'token-bucket', '--rate', '100/s', '--burst', '100'] as const;
const WINDOW = ['--algorithm', 'fixed-window', '--limit', '5000', '--window', '1d'] as const;

test('an override names the bucket of the limit that does not hold meanwhile, before anything is changed', async () => {
  const {err, dropped} = await set('api/acme', ...TOKEN);
  expect(dropped).toEqual([expect.stringMatching(/1000\/d/)]);
  expect(err).toMatch(/warning: .*1000\/d does not hold meanwhile/);
});

test('it is the one that has nothing like it in the override', async () => {
  expect((await set('api/acme', ...WINDOW)).dropped).toEqual([expect.stringContaining('10/s')]);
});

test('of tiers each by its name', async () => {
  expect((await set('plan/acme', ...TOKEN)).dropped).toEqual([expect.stringMatching(/100\/d \(tier free\)/)]);
});

test.each([
  ['a limit of one bucket', 'one/acme', TOKEN],
  ['one bucket in place of another algorithm', 'one/acme', WINDOW],
  ['a block, which lets nothing pass', 'api/acme', ['--block']],
  ['an exemption, which says so itself', 'api/acme', ['--exempt']],
  ['a key that the policy gives a bucket of its own', 'api/own', TOKEN],
  ['a key that the policy exempts', 'api/free', TOKEN],
])('nothing is named for %s', async (_, key, args) => {
  const {err, dropped} = await set(key, ...args);
  expect(dropped).toEqual([]);
  expect(err).not.toContain('meanwhile');
});
