import {setTimeout as sleep} from 'node:timers/promises';
import {Redis} from 'ioredis';
import {freePort} from './free-port.ts';
import {type RedisServer, startRedis} from './redis-server.ts';

export interface RedisClusterServers {
  readonly nodes: readonly RedisServer[];
  stop(): Promise<void>;
}

const SLOTS = 16_384;
/** Longer than a busy machine needs. */
const READY_WITHIN_MS = 60_000;

/**
 * Starts a Redis Cluster of primaries without replicas, each with its share of the slots. `nodeTimeoutMs`: a node that says nothing
 * for so long is taken for dead by the others.
 */
export const startRedisCluster = async (
  count = 3,
  {nodeTimeoutMs = 15_000} = {},
): Promise<RedisClusterServers> => {
  const args = [
    '--cluster-enabled',
    'yes',
    '--cluster-config-file',
    'nodes.conf',
    '--cluster-node-timeout',
    String(nodeTimeoutMs),
  ];
  const nodes: RedisServer[] = [];
  for (let i = 0; i < count; i++) {
    // The nodes talk on a second port, 10,000 higher.
    nodes.push(await startRedis({args, port: await freePort()}));
  }
  const clients = nodes.map(({url}) => new Redis(url, {protocol: 2}));
  try {
    for (const [i, client] of clients.entries()) {
      const slot = (n: number): string => String(Math.floor((n * SLOTS) / count));
      await client.cluster('ADDSLOTSRANGE', slot(i), String(Number(slot(i + 1)) - 1));
      await client.call('cluster', 'SET-CONFIG-EPOCH', String(i + 1));
    }
    for (const {port} of nodes.slice(1)) await clients[0]!.call('cluster', 'MEET', '127.0.0.1', String(port));
    const end = Date.now() + READY_WITHIN_MS;
    for (const client of clients) {
      while (
        !(await client.cluster('INFO')).includes('cluster_state:ok') ||
        !(await knowsAll(client, count))
      ) {
        if (Date.now() > end) throw new Error('the Redis Cluster does not come together');
        await sleep(50);
      }
    }
  } finally {
    for (const client of clients) client.disconnect();
  }
  return {
    nodes,
    stop: async () => {
      await Promise.all(nodes.map((node) => node.stop()));
    },
  };
};

const knowsAll = async (client: Redis, count: number): Promise<boolean> =>
  (await client.cluster('INFO')).includes(`cluster_known_nodes:${count}`);
