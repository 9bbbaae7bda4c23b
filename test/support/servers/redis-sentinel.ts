import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {Redis} from 'ioredis';
import {freePort} from './free-port.ts';
import {RedisServer, startRedis} from './redis-server.ts';

export interface SentinelServers {
  readonly service: string;
  readonly primary: RedisServer;
  readonly replica: RedisServer;
  readonly sentinels: readonly RedisServer[];
  /** The primary crashes, and the Sentinels notice after a second. */
  killPrimary(): Promise<void>;
  stop(): Promise<void>;
}

const SERVICE = 'ratectl-test';

/** Longer than a busy machine needs. */
const READY_WITHIN_MS = 60_000;

/** A primary, a replica and Sentinels that agree by `quorum`. Until `killPrimary` they fail over after a minute: nothing else is a crash. */
export const startSentinels = async (count = 1): Promise<SentinelServers> => {
  const primary = await startRedis();
  const replica = await startRedis({args: ['--replicaof', '127.0.0.1', String(primary.port)]});
  const dirs: string[] = [];
  const sentinels: RedisServer[] = [];
  for (let i = 0; i < count; i++) {
    const dir = mkdtempSync(join(tmpdir(), 'ratectl-sentinel-'));
    dirs.push(dir);
    const port = await freePort();
    const config = join(dir, 'sentinel.conf');
    writeFileSync(
      config,
      [
        `port ${port}`,
        'bind 127.0.0.1',
        `dir ${dir}`,
        `sentinel monitor ${SERVICE} 127.0.0.1 ${primary.port} ${Math.floor(count / 2) + 1}`,
        `sentinel down-after-milliseconds ${SERVICE} 60000`,
        `sentinel failover-timeout ${SERVICE} 3000`,
        '',
      ].join('\n'),
    );
    const sentinel = new RedisServer(port, dir, {dir, sentinel: config});
    await sentinel.start();
    sentinels.push(sentinel);
  }
  const stop = async (): Promise<void> => {
    await Promise.all([...sentinels, replica, primary].map((server) => server.stop()));
    for (const dir of dirs) rmSync(dir, {recursive: true, force: true});
  };
  const clients = sentinels.map(({url}) => new Redis(url, {protocol: 2}));
  try {
    const end = Date.now() + READY_WITHIN_MS;
    for (const client of clients) {
      while (!(await knowsReplica(client))) {
        if (Date.now() > end) throw new Error('the Sentinels do not find the replica');
        await sleep(100);
      }
    }
  } catch (error) {
    await stop();
    throw error;
  } finally {
    for (const client of clients) client.disconnect();
  }
  const killPrimary = async (): Promise<void> => {
    for (const {url} of sentinels) {
      const client = new Redis(url, {protocol: 2});
      await client.call('sentinel', 'set', SERVICE, 'down-after-milliseconds', '1000');
      client.disconnect();
    }
    await primary.kill();
  };
  return {service: SERVICE, primary, replica, sentinels, killPrimary, stop};
};

const knowsReplica = async (sentinel: Redis): Promise<boolean> => {
  const replicas = (await sentinel.call('sentinel', 'replicas', SERVICE)) as string[][];
  return replicas.some((fields) => fields.join(' ').includes('master-link-status ok'));
};
