import {createSocket} from 'node:dgram';
import {createServer} from 'node:net';

/** A Redis Cluster talks among itself on a port so much higher. */
const CLUSTER_BUS = 10_000;

/**
 * A port that nobody listens on now; below those that the system gives to clients, and so low that the port of a Cluster's bus is, too.
 * It stays this process's as long as it runs: nobody else who asks here is given it.
 */
export const freePort = async (): Promise<number> => {
  for (;;) {
    const port = 10_500 + Math.floor(Math.random() * 12_000);
    if ((await isFree(port)) && (await isFree(port + CLUSTER_BUS)) && (await reserve(port))) return port;
  }
};

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });

/** Takes the port of the same number for UDP, which no server of ours speaks: the system gives it back when the process ends. */
const reserve = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createSocket('udp4').unref();
    socket.once('error', () => resolve(false));
    socket.bind({port, address: '127.0.0.1', exclusive: true}, () => resolve(true));
  });
