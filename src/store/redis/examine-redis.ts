import type {Socket} from 'node:net';
import type {Redis} from 'ioredis';
import type {ClusterFacts, Examination, RedisFacts, RedisNode, SlowCall, Transport} from '../examination.ts';
import type {ExamineOptions} from '../examine-store.ts';
import {Looking} from '../looking.ts';
import {redactedUrl} from '../redacted-url.ts';
import {isRemoteHost} from '../remote-host.ts';
import type {RedisTarget, StoreOptions} from '../store-target.ts';
import {examineRights} from './examine-rights.ts';
import {RedisConnection} from './redis-connection.ts';
import {fieldsOf} from './redis-facts.ts';
import {prefixOf} from './redis-prefix.ts';
import {RowKeys} from './row-key.ts';
import {sampleKeys} from './sample-keys.ts';
import {instantOf} from './server-clock.ts';

const SLOW_CALLS = 128;
/** Those that a server may tell about itself. */
const SETTINGS = [
  'save',
  'appendonly',
  'appendfsync',
  'min-replicas-to-write',
  'min-slaves-to-write',
  'lua-time-limit',
  'busy-reply-threshold',
  'maxclients',
];

/** Looks at a Redis, the primary that Sentinels know, or a Cluster; sends nothing that changes anything. */
export const examineRedis = async (
  target: RedisTarget,
  {prefix, timeoutMs, withinMs, localNow, clientName = 'ratectl'}: ExamineOptions,
): Promise<Examination> => {
  const keys = new RowKeys(prefixOf(target, prefix));
  const connection = await openToExamine(target, {access: 'read', timeoutMs, clientName});
  const looking = new Looking(withinMs, (error) => connection.failure(error));
  const server = connection.primaries()[0]!;
  try {
    const nodes = await Promise.all(
      connection.primaries().map((node) => examineNode(node, connection, looking, keys.prefix)),
    );
    const pings = await looking.pings(() => server.ping());
    const clock = await looking.clock(async () => instantOf(await server.callBuffer('time')), localNow);
    const [rights, sample, cluster] = await Promise.all([
      looking.at(() => examineRights(server, keys)),
      looking.at(() => sampleKeys(connection, keys)),
      target.topology.kind === 'cluster' ? looking.at(() => clusterFacts(server)) : undefined,
    ]);
    const {info} = nodes[0]!;
    const details: RedisFacts = {
      kind: 'redis',
      topology: target.topology.kind,
      prefix: keys.prefix,
      nodes,
      cluster,
      keys: sample,
    };
    return {
      url: redactedUrl(target),
      server: info.seen ? {seen: true, value: productOf(info.value)} : info,
      pings,
      clock,
      transport: transportOf(target),
      rights,
      details,
    };
  } finally {
    await connection.close();
  }
};

/** A Cluster that does not serve all of its slots lets nobody in: then a node of it is asked by itself what is wrong. */
const openToExamine = async (target: RedisTarget, options: StoreOptions): Promise<RedisConnection> => {
  try {
    return await RedisConnection.open(target, options);
  } catch (error) {
    if (target.topology.kind !== 'cluster') throw error;
    for (const host of target.hosts) {
      const node = await openNode({...target, hosts: [host], topology: {kind: 'single'}}, options);
      if (node !== undefined) return node;
    }
    throw error;
  }
};

/** Undefined: it does not answer, or is in no Cluster. */
const openNode = async (target: RedisTarget, options: StoreOptions): Promise<RedisConnection | undefined> => {
  const node = await RedisConnection.open(target, options).catch(() => undefined);
  if (node === undefined) return undefined;
  const info = String(
    await node
      .primaries()[0]!
      .cluster('INFO')
      .catch(() => ''),
  );
  if (info.includes('cluster_state')) return node;
  await node.close();
  return undefined;
};

const productOf = (info: ReadonlyMap<string, string>): {product: string; version: string} => {
  const valkey = info.get('valkey_version');
  return valkey === undefined
    ? {product: 'redis', version: info.get('redis_version') ?? ''}
    : {product: 'valkey', version: valkey};
};

const transportOf = ({hosts, tls, password, parameters}: RedisTarget): Transport => ({
  remoteHosts: hosts.filter(({host}) => isRemoteHost(host)).map(({host}) => host),
  encrypted: tls,
  verified: tls && ['false', undefined].includes(parameters.get('insecure')),
  authenticated: password !== undefined || parameters.has('cert') ? 'yes' : 'no',
});

const examineNode = async (
  node: Redis,
  connection: RedisConnection,
  looking: Looking,
  prefix: string,
): Promise<RedisNode> => {
  const [info, settings, slow] = await Promise.all([
    looking.at(async () => fieldsOf([String(await node.callBuffer('info'))])),
    looking.at(() => settingsOf(node, connection)),
    looking.at(() => slowCalls(node, prefix)),
  ]);
  return {address: addressOf(node), encrypted: node.options.tls !== undefined, info, settings, slow};
};

/** Which server Sentinels named is known of the connection alone. */
const addressOf = (node: Redis): string => {
  const {host = '', port = 0, sentinels} = node.options;
  if (sentinels === undefined || sentinels === null) return `${host}:${port}`;
  const {remoteAddress = 'the primary', remotePort = 0} = node.stream as Socket;
  return `${remoteAddress}:${remotePort}`;
};

/** Rejects when the server tells none: managed ones forbid the question. */
const settingsOf = async (node: Redis, connection: RedisConnection): Promise<ReadonlyMap<string, string>> => {
  const answers = await connection.many(
    SETTINGS.map((name) => ['config', 'get', name]),
    node,
  );
  const refused = answers.find((answer) => answer instanceof Error);
  const told = answers.filter((answer) => !(answer instanceof Error)) as Buffer[][];
  if (refused !== undefined && told.length === 0) throw refused;
  // Older servers do not know all of them, and answer with nothing.
  return new Map(
    told
      .filter((pair) => pair.length === 2)
      .map(([name, value]): [string, string] => [String(name), String(value)]),
  );
};

const slowCalls = async (node: Redis, prefix: string): Promise<readonly SlowCall[]> => {
  const entries = (await node.callBuffer('slowlog', 'get', SLOW_CALLS)) as readonly unknown[][];
  return entries.map(([, at, took, args]) => ({
    at: Number(at) * 1_000_000,
    took: Number(took),
    ours: (args as readonly Buffer[]).some((argument) => String(argument).startsWith(prefix)),
  }));
};

const clusterFacts = async (server: Redis): Promise<ClusterFacts> => {
  const info = fieldsOf([String(await server.callBuffer('cluster', 'info'))]);
  const ranges = (await server.cluster('SLOTS')) as readonly unknown[][];
  // [first, last, primary, replica …]: a primary may have several ranges.
  const nodes = new Map(ranges.map((range) => [String((range[2] as unknown[])[2]), range.length - 3]));
  const number = (name: string): number => Number(info.get(name) ?? 0);
  return {
    state: info.get('cluster_state') ?? 'unknown',
    slotsAssigned: number('cluster_slots_assigned'),
    slotsFailing: number('cluster_slots_pfail') + number('cluster_slots_fail'),
    primaries: nodes.size,
    alone: [...nodes.values()].filter((replicas) => replicas === 0).length,
  };
};
