import {once} from 'node:events';
import {type AddressInfo, createConnection, createServer, type Server, type Socket} from 'node:net';
import {Redis} from 'ioredis';
import {afterEach, describe, expect, test} from 'vitest';
import {RequestRouter} from '../../../src/engine/live/request-router.ts';
import type {Store} from '../../../src/store/port.ts';
import {openRedisStore} from '../../../src/store/redis/open-redis-store.ts';
import {eventually, expectInTime, msOf, PATIENCE_MS} from '../../support/in-time.ts';
import {MINUTE} from '../../support/instants.ts';
import {gcraSpec, policyOf} from '../../support/policies.ts';
import {type SentinelServers, startSentinels} from '../../support/servers/redis-sentinel.ts';
import {targetOf} from './redis-target.ts';

const CHECK = new RequestRouter(policyOf([{name: 'one', buckets: [gcraSpec(1_000, MINUTE, 1_000)]}])).route(
  {key: 'k'},
  {cost: 1, now: 0, hold: Number.POSITIVE_INFINITY},
);
const SWITCH = '+switch-master';
/**
 * An election takes as long as it takes; what comes behind it is ours. A Sentinel that was held up trusts its clocks again after 30 s.
 */
const ELECTED_WITHIN_MS = 4 * PATIENCE_MS;
const SERVED_WITHIN_MS = 3_000;

/**
 * A Sentinel that takes its time: once `hold` was called, what it says waits until the news of the new primary was told; that goes
 * through at once.
 */
class SlowSentinel {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #waiting: (() => void)[] = [];
  #holds = false;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async before(port: number): Promise<SlowSentinel> {
    const server = createServer();
    const slow = new SlowSentinel(server);
    server.on('connection', (socket) => slow.#serve(socket, port));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return slow;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  hold(): void {
    this.#holds = true;
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  #serve(socket: Socket, port: number): void {
    const sentinel = createConnection({host: '127.0.0.1', port});
    for (const each of [socket, sentinel]) {
      this.#sockets.add(each);
      each.on('error', () => {});
    }
    socket.pipe(sentinel);
    sentinel.on('close', () => socket.end());
    sentinel.on('data', (data) => {
      if (this.#holds && !data.includes(SWITCH)) {
        this.#waiting.push(() => socket.write(data));
        return;
      }
      socket.write(data);
      if (!this.#holds) return;
      this.#holds = false;
      setTimeout(() => {
        for (const send of this.#waiting.splice(0)) send();
      }, 100);
    });
  }
}

describe('when Sentinels fail over', () => {
  const ends: (() => unknown)[] = [];
  const endAll = async (): Promise<void> => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  afterEach(endAll, PATIENCE_MS);

  const start = async (): Promise<SentinelServers> => {
    const servers = await startSentinels();
    ends.push(() => servers.stop());
    return servers;
  };

  const open = async ({service}: SentinelServers, port: number, timeoutMs: number): Promise<Store> => {
    const target = targetOf(`redis://127.0.0.1:${port}`, {topology: {kind: 'sentinel', service}});
    const store = await eventually(() =>
      openRedisStore(target, {access: 'write', connection: 'reconnect', timeoutMs}),
    );
    ends.push(() => store.close());
    await eventually(() => store.check([CHECK]));
    return store;
  };

  /** Ms from when the Sentinels have a new primary until the store has it. */
  const msUntilServed = async (
    servers: SentinelServers,
    store: Store,
    before = (): void => {},
  ): Promise<number> => {
    const news = new Redis(servers.sentinels[0]!.url, {protocol: 2});
    ends.push(() => news.disconnect());
    await news.subscribe(SWITCH);
    const elected = once(news, 'message', {signal: AbortSignal.timeout(ELECTED_WITHIN_MS)});
    before();
    await servers.killPrimary();
    await elected;
    const took = await msOf(() => eventually(() => store.check([CHECK])));
    expect((await store.facts()).remarks.join()).not.toContain('replica');
    await endAll();
    return took;
  };

  test('an application goes on with the new primary within 3 s', async () => {
    await expectInTime(SERVED_WITHIN_MS, async () => {
      const servers = await start();
      return msUntilServed(servers, await open(servers, servers.sentinels[0]!.port, 1_000));
    });
  }, 600_000);

  test('also when it is asking who the primary is while it hears of the new one', async () => {
    await expectInTime(SERVED_WITHIN_MS, async () => {
      const servers = await start();
      const slow = await SlowSentinel.before(servers.sentinels[0]!.port);
      ends.push(() => slow.close());
      const store = await open(servers, slow.port, 10_000);
      return msUntilServed(servers, store, () => slow.hold());
    });
  }, 600_000);
});
