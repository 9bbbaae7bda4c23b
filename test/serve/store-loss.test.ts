import {randomUUID} from 'node:crypto';
import {Client} from '@modelcontextprotocol/sdk/client/index.js';
import {StreamableHTTPClientTransport} from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type {Transport} from '@modelcontextprotocol/sdk/shared/transport.js';
import {expect, onTestFinished, test} from 'vitest';
import {readMetrics} from '../support/metrics-text.ts';
import {type RedisServer, startRedis} from '../support/servers/redis-server.ts';
import {type Serving, serve, until} from './served.ts';
import {fillStore, SERVED_POLICY} from './served-state.ts';
import {openedStore} from './store-of.ts';

const API = '/api/rate-limit-status';

const served = async (args: readonly string[] = []): Promise<{serving: Serving; redis: RedisServer}> => {
  const redis = await startRedis({args: ['--appendonly', 'yes']});
  onTestFinished(() => redis.stop());
  const store = `${redis.url}?prefix=${randomUUID().slice(0, 8)}`;
  await fillStore(await openedStore(store), 'calm');
  return {serving: await serve(['--timeout', '3s', ...args], {store, policy: SERVED_POLICY}), redis};
};

const statusCode = async ({get}: Serving, path = API): Promise<number> => (await get(path)).status;

test.each(['crashes', 'hangs'] as const)(
  'a store that %s, and is back: 503 with what was seen last, then 200',
  async (how) => {
    const {serving, redis} = await served();
    expect(await statusCode(serving)).toBe(200);
    await (how === 'crashes' ? redis.kill() : redis.signal('SIGSTOP'));
    await until(async () => (await statusCode(serving)) === 503);

    const body = (await (await serving.get(API)).json()) as {
      error: {code: string; message: string};
      lastSeenAt: string;
      last: {data: {keys: readonly unknown[]}};
    };
    expect(body.error.code).toMatch(/^store\//);
    expect(body.last.data.keys.length).toBeGreaterThan(5);
    expect(Date.parse(body.lastSeenAt)).toBeLessThan(Date.now());
    for (const path of ['/healthz', '/readyz']) {
      const response = await serving.get(path);
      expect([path, response.status]).toEqual([path, 503]);
      expect(((await response.json()) as {reasons: unknown}).reasons).toEqual(['the store does not answer']);
    }
    expect(await statusCode(serving, '/livez')).toBe(200);
    const metrics = readMetrics(await (await serving.get('/metrics')).text(), 'text');
    expect(metrics.get('ratectl_store_reachable')!.samples[0]!.value).toBe(0);
    expect(metrics.has('ratectl_keys')).toBe(false);
    expect(metrics.get('ratectl_status_age_seconds')!.samples[0]!.value).toBeGreaterThan(0);

    await (how === 'crashes' ? redis.start() : redis.signal('SIGCONT'));
    await until(async () => (await statusCode(serving)) === 200);
    expect(await statusCode(serving, '/readyz')).toBe(200);
  },
  90_000,
);

test('a flood while the store is lost is answered at once', async () => {
  const {serving, redis} = await served();
  expect(await statusCode(serving)).toBe(200);
  await redis.kill();
  await until(async () => (await statusCode(serving)) === 503);
  const began = performance.now();
  const codes = await Promise.all(Array.from({length: 200}, () => statusCode(serving)));
  expect(new Set(codes)).toEqual(new Set([503]));
  expect(performance.now() - began).toBeLessThan(20_000);
}, 90_000);

test('a key that is asked for by name while the store is lost is 503, too', async () => {
  const {serving, redis} = await served();
  await redis.kill();
  expect(await statusCode(serving, `${API}?selector=per-ip/1`)).toBe(503);
}, 90_000);

test('a tool says that the store does not answer, and works when it is back', async () => {
  const {serving, redis} = await served(['--mcp', 'http']);
  const client = new Client({name: 'test client', version: '1'});
  await client.connect(new StreamableHTTPClientTransport(new URL(`${serving.url}/mcp`)) as Transport);
  onTestFinished(() => client.close());
  const call = async (name: string, args: Record<string, unknown> = {}) => {
    const {isError, content} = await client.callTool({name, arguments: args});
    return {failed: isError === true, text: (content as readonly {text: string}[])[0]!.text};
  };
  await redis.kill();
  await until(async () => (await call('rate_limit_status')).failed);
  for (const [name, args] of [
    ['rate_limit_status', {}],
    ['explain', {key: 'per-ip/203.0.113.7'}],
    ['report', {}],
  ] as const) {
    const {failed, text} = await call(name, args);
    expect(failed).toBe(true);
    expect(text).toMatch(/cannot reach|connection/);
  }
  await redis.start();
  await until(async () => !(await call('rate_limit_status')).failed);
}, 90_000);

test('the loss is an alert, its end another, and what was firing before is not resolved by it', async () => {
  const {serving, redis} = await served(['--alert-log']);
  const alerts = (): readonly string[] =>
    serving
      .lines()
      .filter(({event}) => event === 'alert')
      .map(({status, kind, subject}) => `${status} ${kind} ${kind === 'store-lost' ? '' : subject}`.trim());
  await until(() => alerts().includes('firing limit-reached per-ip'));
  await redis.kill();
  await until(() => alerts().includes('firing store-lost'));
  await redis.start();
  await until(() => alerts().includes('resolved store-lost'));
  expect(alerts().filter((line) => line.startsWith('resolved'))).toEqual(['resolved store-lost']);
  expect(alerts().filter((line) => line === 'firing limit-reached per-ip')).toHaveLength(1);
}, 120_000);
