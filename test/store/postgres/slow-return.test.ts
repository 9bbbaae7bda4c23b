import {once} from 'node:events';
import {type AddressInfo, createConnection, createServer, type Socket} from 'node:net';
import {setTimeout as sleep} from 'node:timers/promises';
import {expect, onTestFinished, test} from 'vitest';
import {PATIENCE_MS, PATIENTLY} from '../../support/in-time.ts';
import {openTestStore, serverForTests} from './postgres-place.ts';

const server = serverForTests();
const CLIENT = 'slow-return';
/** Longer than the first pause between two attempts to connect. */
const SLOW_MS = 900;

/** A way to the server on which connecting can become slow. */
const slowWay = async () => {
  const sockets = new Set<Socket>();
  let delay = 0;
  const way = createServer(async (near) => {
    near.on('error', () => {});
    sockets.add(near);
    near.pause();
    await sleep(delay);
    const far = createConnection(server().port, '127.0.0.1');
    far.on('error', () => {});
    far.on('close', () => near.destroy());
    near.on('close', () => far.destroy());
    near.pipe(far).pipe(near);
  });
  way.listen(0, '127.0.0.1');
  await once(way, 'listening');
  onTestFinished(() => {
    way.close();
    for (const socket of sockets) socket.destroy();
  });
  const {port} = way.address() as AddressInfo;
  return {
    url: server().url.replace(/:\d+\//, `:${port}/`),
    cut: (nextDelay: number): void => {
      delay = nextDelay;
      for (const socket of sockets) socket.destroy();
    },
  };
};

const listening = async (): Promise<number> => {
  const [row] = await server().sql(
    `select count(*) as n from pg_stat_activity where application_name = '${CLIENT}' and query ilike 'listen%'`,
  );
  return Number(row!['n']);
};

test(
  'who listens to a topic has one connection again when connecting takes long',
  async () => {
    const way = await slowWay();
    const store = await openTestStore(way.url, {connection: 'reconnect', clientName: CLIENT});
    onTestFinished(() => store.close());
    await store.listen(() => {}, 'topic');
    expect(await listening()).toBe(1);
    way.cut(SLOW_MS);
    await expect.poll(listening, PATIENTLY).toBe(1);
    // All attempts that are under way have come to their end.
    await sleep(3 * SLOW_MS);
    expect(await listening()).toBe(1);
  },
  2 * PATIENCE_MS,
);
